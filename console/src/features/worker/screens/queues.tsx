export function Queues() {
  return <p>STUB</p>
}

export function Scheduler() {
  return <p>STUB</p>
}

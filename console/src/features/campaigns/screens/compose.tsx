export function Compose() {
  return <p>STUB</p>
}

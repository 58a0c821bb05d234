export function Overview() {
  return <p>STUB</p>
}

export function Rules() {
  return <p>STUB</p>
}

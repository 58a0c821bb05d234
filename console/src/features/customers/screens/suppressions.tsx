export function Suppressions() {
  return <p>STUB</p>
}

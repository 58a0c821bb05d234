export function Pools() {
  return <p>STUB</p>
}

export function Jobs() {
  return <p>STUB</p>
}

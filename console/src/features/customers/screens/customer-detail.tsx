export function CustomerDetail() {
  return <p>STUB</p>
}

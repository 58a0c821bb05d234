export function CustomerList() {
  return <p>STUB</p>
}

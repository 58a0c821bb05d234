export function WorkloadScreen() {
  return <p>STUB</p>
}

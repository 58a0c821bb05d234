export function DecisionLog() {
  return <p>STUB</p>
}

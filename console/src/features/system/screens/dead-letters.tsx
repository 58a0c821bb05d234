export function DeadLetters() {
  return <p>STUB</p>
}

export function BrandEditor() {
  return <p>STUB</p>
}

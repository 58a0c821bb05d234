export function BrandList() {
  return <p>STUB</p>
}

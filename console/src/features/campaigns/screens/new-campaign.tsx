export function NewCampaign() {
  return <p>STUB</p>
}

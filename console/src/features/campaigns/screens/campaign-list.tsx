export function CampaignList() {
  return <p>STUB</p>
}

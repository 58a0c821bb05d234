export function CampaignMonitorScreen() {
  return <p>STUB</p>
}

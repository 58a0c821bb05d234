import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Page } from '@/components/ui/page'
import { Stat, StatRow } from '@/components/ui/section'
import { campaignsQuery } from '@/features/campaigns/api/campaigns'
import { leadSummaryQuery } from '@/features/leads/api/leads'
import { DeliveryBadge } from '@/features/notifications/components/delivery-badge'
import { useCan, useSession } from '@/lib/auth/permissions'
import { dayOf, formatNumber, formatShare, useFormat } from '@/lib/format'
import { Checklist } from '../components/checklist'
import { CampaignPanel, RecentPanel, StagePanel, WorkloadPanel } from '../components/panels'
import classes from './home.module.css'

function greeting(zone: string) {
  const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: 'numeric', hourCycle: 'h23', timeZone: zone }).format(new Date()))
  return hour < 5 ? 'Good night' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
}

export function Home() {
  const { user } = useSession()
  const format = useFormat()
  const leads = useCan('leads:read')
  const campaigns = useCan('campaigns:read')
  const messages = useCan('messages:read')
  return (
    <Page title="Home" actions={messages && <DeliveryBadge />}>
      <div className={classes.stack}>
        <div>
          <h2 className={classes.hello}>
            {greeting(format.zone)}, {user.name.split(' ')[0]}
          </h2>
          <p className={classes.today}>Here is what happened today, {format.date(new Date().toISOString())}.</p>
        </div>
        {leads && <Numbers campaigns={campaigns} />}
        <Checklist />
        <div className={classes.grid}>
          <div className={classes.column}>
            {leads && <StagePanel />}
            {campaigns && <CampaignPanel />}
            <WorkloadPanel />
          </div>
          <RecentPanel />
        </div>
      </div>
    </Page>
  )
}

function Numbers({ campaigns: mayCampaigns }: { campaigns: boolean }) {
  const { zone } = useFormat()
  const summary = useQuery(leadSummaryQuery)
  const campaigns = useInfiniteQuery({ ...campaignsQuery, enabled: mayCampaigns })
  const loading = summary.isLoading
  const data = summary.data
  const list = campaigns.data?.pages.flatMap(page => page.data) ?? []
  const today = list.filter(campaign => campaign.startedAt && dayOf(campaign.startedAt, zone) === dayOf(new Date(), zone))
  const sum = (pick: 'sent' | 'opened' | 'clicked') => today.reduce((total, campaign) => total + (campaign.stats?.[pick] ?? 0), 0)
  const running = list.filter(campaign => campaign.status === 'running').length
  const won = data?.byStatus.won ?? 0
  const closed = won + (data?.byStatus.lost ?? 0)
  return (
    <StatRow>
      <Stat label="New leads today" value={formatNumber(data?.createdToday ?? 0)} note={data ? `${formatNumber(data.total)} in all` : undefined} to="/leads" search={{ from: dayOf(new Date(), zone) }} loading={loading} />
      <Stat label="Without an owner" value={formatNumber(data?.unassigned ?? 0)} note={data?.unassigned ? 'need somebody' : 'all taken care of'} to="/leads" search={{ ownerId: 'none' }} loading={loading} />
      <Stat label="In work" value={formatNumber((data?.byStatus.working ?? 0) + (data?.byStatus.qualified ?? 0))} note={data ? `${formatNumber(data.byStatus.qualified ?? 0)} qualified` : undefined} to="/leads" search={{ status: 'working' }} loading={loading} />
      <Stat label="Won" value={formatNumber(won)} note={closed ? `${formatShare(won, closed)} of closed` : undefined} to="/leads" search={{ status: 'won' }} loading={loading} />
      {mayCampaigns && <Stat label="Sent by today’s campaigns" value={formatNumber(sum('sent'))} note={running ? `${running} running now` : sum('sent') ? `${formatShare(sum('opened'), sum('sent'))} opened` : undefined} to="/campaigns" loading={campaigns.isLoading} />}
    </StatRow>
  )
}

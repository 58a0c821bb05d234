import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Activity, Megaphone, Users } from 'lucide-react'
import type { Campaign } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { EmptyState, ErrorState, Lines } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { Timeline } from '@/components/ui/timeline'
import { campaignsQuery } from '@/features/campaigns/api/campaigns'
import { useMembers } from '@/features/identity/api/identity'
import { leadSummaryQuery } from '@/features/leads/api/leads'
import { formatNumber, formatShare } from '@/lib/format'
import { useRecent, useWorkload } from '../api/recent'
import classes from '../screens/home.module.css'

export function StagePanel() {
  const summary = useQuery(leadSummaryQuery)
  const stages = summary.data?.byStage ?? []
  const most = Math.max(1, ...stages.map(stage => stage.count))
  return (
    <Section title="Leads by stage" actions={<Link to="/leads" className="tl-link" style={{ fontSize: 12 }}>All leads</Link>}>
      {!summary.data && (summary.error ? <ErrorState compact error={summary.error} onRetry={() => void summary.refetch()} /> : <Lines count={5} />)}
      {summary.data?.total === 0 && (
        <EmptyState compact icon={Users} title="No leads yet">
          The pipeline fills as leads come in.
        </EmptyState>
      )}
      {summary.data && summary.data.total > 0 && (
        <div className={classes.bars}>
          {stages.map(stage => (
            <Link key={stage.stageId} to="/leads" search={{ stageId: stage.stageId } as never} className={classes.bar}>
              <span className="tl-truncate">{stage.name}</span>
              <span className={classes.track}>{stage.count > 0 && <span className={classes.fill} style={{ display: 'block', width: `${(stage.count / most) * 100}%` }} />}</span>
              <span className={classes.value}>{formatNumber(stage.count)}</span>
            </Link>
          ))}
        </div>
      )}
    </Section>
  )
}

const campaignColumns: Column<Campaign>[] = [
  {
    key: 'name',
    header: 'Campaign',
    cell: campaign => (
      <Link to="/campaigns/$campaignId" params={{ campaignId: campaign.id } as never} {...primaryCell}>
        {campaign.name}
      </Link>
    ),
  },
  { key: 'status', header: 'Status', hideBelow: 'sm', cell: campaign => <StateBadge state={campaign.status} /> },
  { key: 'sent', header: 'Sent', align: 'right', cell: campaign => formatNumber(campaign.stats?.sent ?? 0) },
  { key: 'opened', header: 'Opened', align: 'right', cell: campaign => formatShare(campaign.stats?.opened ?? 0, campaign.stats?.sent ?? 0) },
  { key: 'clicked', header: 'Clicked', align: 'right', cell: campaign => formatShare(campaign.stats?.clicked ?? 0, campaign.stats?.sent ?? 0) },
]

export function CampaignPanel() {
  const campaigns = useInfiniteQuery(campaignsQuery)
  const rows = campaigns.data?.pages[0]?.data.filter(campaign => campaign.status !== 'draft').slice(0, 5)
  return (
    <Section title="Campaigns" flush actions={<Link to="/campaigns" className="tl-link" style={{ fontSize: 12 }}>All campaigns</Link>}>
      {campaigns.error && !rows ? (
        <ErrorState compact error={campaigns.error} onRetry={() => void campaigns.refetch()} />
      ) : (
        <div style={{ margin: -1 }}>
          <DataTable
            label="Recent campaigns"
            inline
            columns={campaignColumns}
            rows={rows}
            rowKey={campaign => campaign.id}
            empty={
              <EmptyState compact icon={Megaphone} title="Nothing was sent yet">
                Sent, opened and clicked appear here while a campaign runs.
              </EmptyState>
            }
          />
        </div>
      )}
    </Section>
  )
}

export function RecentPanel() {
  const members = useMembers()
  const { loading, items } = useRecent(members.name)
  return (
    <Section title="Recent activity">
      {loading && items.length === 0 ? (
        <Lines count={8} />
      ) : items.length === 0 ? (
        <EmptyState compact icon={Activity} title="Quiet so far">
          New leads, imports, assignments and campaigns are told here as they happen.
        </EmptyState>
      ) : (
        <div style={{ marginTop: -18 }}>
          <Timeline
            label="Recent activity"
            items={items.map(item => ({
              ...item,
              text: (
                <Link to={item.link.to} params={item.link.params as never} className="tl-link" style={{ color: 'inherit' }}>
                  {item.text}
                </Link>
              ),
            }))}
          />
        </div>
      )}
    </Section>
  )
}

export function WorkloadPanel() {
  const members = useMembers()
  const workload = useWorkload()
  const rows = workload.data?.filter(entry => entry.openItems + entry.assignedToday > 0).sort((a, b) => b.assignedToday - a.assignedToday || b.openItems - a.openItems)
  if (!rows?.length) return null
  return (
    <Section title="Who is working on what" flush>
      <div style={{ margin: -1 }}>
        <DataTable
          label="Workload"
          inline
          rows={rows.slice(0, 6)}
          rowKey={entry => entry.userId}
          columns={[
            { key: 'who', header: 'Person', cell: entry => <Person name={members.name(entry.userId) ?? '…'} /> },
            { key: 'today', header: 'Given today', align: 'right', cell: entry => formatNumber(entry.assignedToday) },
            { key: 'open', header: 'Open leads', align: 'right', cell: entry => formatNumber(entry.openItems) },
          ]}
        />
      </div>
    </Section>
  )
}

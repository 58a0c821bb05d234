import { Alert, Skeleton, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { Campaign, CampaignMonitor, CampaignStats } from '@/api/types'
import { Page } from '@/components/ui/page'
import { Section, Stat, StatRow } from '@/components/ui/section'
import { ErrorState, Lines } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { formatDuration, formatNumber, formatShare, useFormat } from '@/lib/format'
import { usePollWhenOffline } from '@/lib/realtime'
import { campaignQuery, monitorQuery } from '../api/campaigns'
import { CampaignActions } from '../components/campaign-actions'
import { CampaignDetails } from '../components/campaign-details'
import { RecipientTable } from '../components/recipient-table'
import { campaignRoute } from '../routes'
import classes from './monitor.module.css'

const SeriesChart = lazy(() => import('../components/series-chart').then(module => ({ default: module.SeriesChart })))

const crumbs = [{ label: 'Campaigns', to: '/campaigns' as const }]

const NOTHING: CampaignStats = { recipients: 0, skipped: 0, queued: 0, sent: 0, delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0, failed: 0, unknown: 0 }

export function CampaignMonitorScreen() {
  const { campaignId } = campaignRoute.useParams()
  const campaign = useQuery(campaignQuery(campaignId))
  const poll = usePollWhenOffline(5_000)
  const monitor = useQuery({ ...monitorQuery(campaignId), refetchInterval: query => (query.state.data?.status === 'running' ? 2_000 : poll) })
  if (!campaign.data) {
    return (
      <Page title="Campaign" crumbs={crumbs}>
        {campaign.error ? <ErrorState error={campaign.error} onRetry={() => void campaign.refetch()} /> : <Lines count={8} />}
      </Page>
    )
  }
  // The monitor is read more often than the campaign, so its word on the state is newer.
  const status = monitor.data?.status ?? campaign.data.status
  const current = { ...campaign.data, status }
  return (
    <Page title={current.name} crumbs={crumbs} meta={<StateBadge state={status} />} actions={<CampaignActions campaign={current} />}>
      <div className={classes.stack}>
        <Numbers monitor={monitor.data} campaign={current} />
        {current.error && (
          <Alert color="red" title="The campaign stands still">
            {current.error}
          </Alert>
        )}
        {monitor.error && !monitor.data && <ErrorState compact error={monitor.error} onRetry={() => void monitor.refetch()} />}
        <Tabs defaultValue="live" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="live">Over time</Tabs.Tab>
            <Tabs.Tab value="recipients">Recipients</Tabs.Tab>
            <Tabs.Tab value="message">Message</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="live" pt="md">
            <Live monitor={monitor.data} />
          </Tabs.Panel>
          <Tabs.Panel value="recipients" pt="md">
            <RecipientTable campaignId={campaignId} />
          </Tabs.Panel>
          <Tabs.Panel value="message" pt="md">
            <CampaignDetails campaign={current} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </Page>
  )
}

function Numbers({ monitor, campaign }: { monitor?: CampaignMonitor; campaign: Campaign }) {
  const stats = { ...NOTHING, ...campaign.stats, ...monitor?.stats }
  return (
    <>
      <ProgressPanel monitor={monitor} campaign={campaign} stats={stats} />
      <StatRow>
        <Stat label="Sent" value={formatNumber(stats.sent)} note={`of ${formatNumber(stats.recipients)}`} loading={!monitor && !campaign.stats} />
        <Stat label="Delivered" value={stats.delivered || !stats.sent ? formatNumber(stats.delivered) : '–'} note={stats.delivered || !stats.sent ? formatShare(stats.delivered, stats.sent) : 'no receipts came back'} />
        <Stat label="Opened" value={formatNumber(stats.opened)} note={`${formatShare(stats.opened, stats.sent)} of sent`} />
        <Stat label="Clicked" value={formatNumber(stats.clicked)} note={`${formatShare(stats.clicked, stats.sent)} of sent`} />
        <Stat label="Bounced" value={formatNumber(stats.bounced)} note={formatShare(stats.bounced, stats.sent)} />
        <Stat label="Unsubscribed" value={formatNumber(stats.unsubscribed)} note={stats.complained ? `${formatNumber(stats.complained)} complained` : 'no complaints'} />
      </StatRow>
    </>
  )
}

function ProgressPanel({ monitor, campaign, stats }: { monitor?: CampaignMonitor; campaign: Campaign; stats: CampaignStats }) {
  const format = useFormat()
  const total = Math.max(1, stats.recipients)
  const parts = [
    { label: 'Sent', value: stats.sent, colour: 'var(--tl-accent)' },
    { label: 'Failed', value: stats.failed, colour: 'var(--tl-red)' },
    { label: 'Outcome unknown', value: stats.unknown, colour: 'var(--tl-amber)' },
    { label: 'Skipped', value: stats.skipped, colour: 'var(--tl-control)' },
    { label: 'Waiting', value: stats.queued, colour: 'var(--tl-line-strong)' },
  ]
  const done = stats.sent + stats.failed + stats.unknown + stats.skipped
  const headline = () => {
    if (campaign.status === 'running') {
      const rate = monitor ? `${monitor.ratePerSecond >= 10 ? Math.round(monitor.ratePerSecond) : monitor.ratePerSecond.toFixed(1)} a second` : ''
      return [rate, monitor?.etaSeconds ? `about ${formatDuration(monitor.etaSeconds)} left` : undefined].filter(Boolean).join(', ')
    }
    if (campaign.status === 'scheduled') return `Starts ${format.dateTime(campaign.scheduleAt)}`
    if (campaign.status === 'paused') return 'Paused. Nobody is skipped, nobody gets it twice when you resume.'
    if (campaign.status === 'completed') return `Finished ${format.dateTime(campaign.completedAt)}`
    if (campaign.status === 'cancelled') return 'Cancelled. Whoever had not been sent the message will not get it.'
    return 'Not started yet'
  }
  return (
    <Section title={headline()} actions={<span className="tl-num" style={{ fontSize: 13, color: 'var(--tl-ink-2)' }}>{stats.recipients ? `${Math.floor((Math.min(done, total) / total) * 100)}% done` : ''}</span>}>
      <div className={classes.track} role="progressbar" aria-label="Campaign progress" aria-valuemin={0} aria-valuemax={total} aria-valuenow={Math.min(done, total)}>
        {parts.map(part => part.value > 0 && part.label !== 'Waiting' && <span key={part.label} style={{ width: `${(part.value / total) * 100}%`, background: part.colour }} />)}
      </div>
      <div className={classes.legend} style={{ marginTop: 10 }}>
        {parts.map(part => (
          <span key={part.label}>
            <span className={classes.swatch} style={{ background: part.colour }} aria-hidden />
            {part.label} <span className="tl-num">{formatNumber(part.value)}</span>
          </span>
        ))}
      </div>
    </Section>
  )
}

function Live({ monitor }: { monitor?: CampaignMonitor }) {
  if (!monitor) return <Lines count={6} />
  const worst = Math.max(1, ...monitor.failures.map(failure => failure.count))
  return (
    <div className={classes.grid}>
      <Section title="Sent, opened and clicked">
        {monitor.series.length > 1 ? (
          <Suspense fallback={<Skeleton height={260} />}>
            <SeriesChart series={monitor.series} />
          </Suspense>
        ) : (
          <p style={{ margin: 0, padding: '40px 0', textAlign: 'center', color: 'var(--tl-ink-2)', fontSize: 13 }}>The curve begins when the first messages go out.</p>
        )}
      </Section>
      <Section title="Failures by reason">
        {monitor.failures.length === 0 ? (
          <p style={{ margin: 0, color: 'var(--tl-ink-2)', fontSize: 13 }}>No failures.</p>
        ) : (
          monitor.failures.map(failure => (
            <div key={failure.reason} className={classes.failure}>
              <div className={classes.failureHead}>
                <span style={{ overflowWrap: 'anywhere' }}>{failure.reason}</span>
                <span className="tl-num">{formatNumber(failure.count)}</span>
              </div>
              <div style={{ height: 4, borderRadius: 2, width: `${(failure.count / worst) * 100}%`, background: 'var(--tl-red)' }} />
            </div>
          ))
        )}
      </Section>
    </div>
  )
}

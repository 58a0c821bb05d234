import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ServiceHealth, SystemOverview } from '@/api/types'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { Section, Stat, StatRow } from '@/components/ui/section'
import { Loaded } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { deliveryQuery } from '@/features/notifications/api/notifications'
import { useCan } from '@/lib/auth/permissions'
import { formatNumber, formatShare, plural, useFormat } from '@/lib/format'
import { overviewQuery } from '../api/system'
import { SYSTEM_TABS } from '../tabs'

export function Overview() {
  const overview = useQuery(overviewQuery)
  return (
    <Page title="System" tabs={SYSTEM_TABS}>
      <Loaded query={overview}>
        {data => (
          <Stack maw={1240}>
            <Numbers data={data} />
            <Section title="Services" flush>
              <Services services={data.services} />
            </Section>
            <Section title="Event bus" note="How far each service is behind what has happened." flush>
              <Bus groups={data.bus.groups} />
            </Section>
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

function Numbers({ data }: { data: SystemOverview }) {
  const delivery = useQuery({ ...deliveryQuery, enabled: useCan('notifications:read'), refetchInterval: 15_000 }).data
  const bad = data.services.filter(service => service.status !== 'up')
  const lag = data.bus.groups.reduce((sum, group) => sum + group.lag, 0)
  const dead = data.bus.groups.reduce((sum, group) => sum + group.deadLetters, 0)
  return (
    <StatRow>
      <Stat label="Services" value={bad.length === 0 ? 'All up' : `${bad.length} not well`} note={bad.length ? bad.map(service => service.name).join(', ') : `${data.services.length} running`} />
      <Stat label="Events last minute" value={formatNumber(data.bus.publishedLastMinute)} note={lag ? `${plural(lag, 'event')} to catch up` : 'nothing behind'} />
      <Stat label="Dead letters" value={formatNumber(dead)} note={dead ? 'look and replay' : 'none'} to="/system/dead-letters" />
      <Stat label="Jobs waiting" value={formatNumber(data.queues.reduce((sum, queue) => sum + queue.ready, 0))} note={`${formatNumber(data.queues.reduce((sum, queue) => sum + queue.running, 0))} running`} to="/system/queues" />
      <Stat label="Database connections" value={formatNumber(data.database.connectionsUsed)} note={`${formatShare(data.database.connectionsUsed, data.database.connectionsMax)} of ${formatNumber(data.database.connectionsMax)}`} />
      {delivery && <Stat label="Delivery" value={delivery.mode === 'sandbox' ? 'Sandbox' : 'SMTP'} note={delivery.mode === 'sandbox' ? 'nothing leaves this server' : delivery.healthy ? `${formatNumber(delivery.sentLastMinute)} last minute` : (delivery.trouble ?? 'the mail server does not answer')} to={delivery.mode === 'sandbox' ? '/sandbox' : '/messages'} />}
    </StatRow>
  )
}

function Services({ services }: { services: ServiceHealth[] }) {
  const format = useFormat()
  const columns: Column<ServiceHealth>[] = [
    { key: 'name', header: 'Service', cell: service => <strong style={{ fontWeight: 500 }}>{service.name}</strong> },
    { key: 'status', header: 'Health', width: 120, cell: service => <StateBadge state={service.status} /> },
    { key: 'detail', header: 'Detail', cell: service => <Detail service={service} /> },
    { key: 'instances', header: 'Instances', align: 'right', hideBelow: 'sm', width: 100, cell: service => formatNumber(service.instances?.length ?? 0) },
    { key: 'since', header: 'Since', hideBelow: 'md', cell: service => format.relative(service.since) },
  ]
  const order = { down: 0, degraded: 1, up: 2 } as const
  return (
    <div style={{ margin: -1 }}>
      <DataTable label="Services" inline columns={columns} rows={[...services].sort((a, b) => order[a.status] - order[b.status])} rowKey={service => service.name} />
    </div>
  )
}

function Detail({ service }: { service: ServiceHealth }) {
  const failing = service.loops?.filter(loop => loop.lastError) ?? []
  const text = service.detail ?? failing.map(loop => `${loop.name}: ${loop.lastError}`).join('; ')
  return text ? <span title={text}>{text}</span> : <span style={{ color: 'var(--tl-ink-3)' }}>{service.loops?.length ? plural(service.loops.length, 'background loop') : '–'}</span>
}

function Bus({ groups }: { groups: SystemOverview['bus']['groups'] }) {
  const columns: Column<SystemOverview['bus']['groups'][number]>[] = [
    { key: 'name', header: 'Subscriber', cell: group => group.name },
    { key: 'lag', header: 'Behind', align: 'right', cell: group => formatNumber(group.lag) },
    { key: 'parked', header: 'Parked', align: 'right', hideBelow: 'sm', cell: group => formatNumber(group.parked) },
    {
      key: 'dead',
      header: 'Dead letters',
      align: 'right',
      cell: group =>
        group.deadLetters ? (
          <Link to="/system/dead-letters" className="tl-link" style={{ color: 'var(--tl-red)' }}>
            {formatNumber(group.deadLetters)}
          </Link>
        ) : (
          '0'
        ),
    },
  ]
  return (
    <div style={{ margin: -1 }}>
      <DataTable label="Event bus" inline columns={columns} rows={groups} rowKey={group => group.name} empty={<p style={{ padding: 16, margin: 0, fontSize: 13 }}>No subscriber yet.</p>} />
    </div>
  )
}

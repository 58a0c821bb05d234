import { Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, UsersRound } from 'lucide-react'
import type { QueuedLead, Workload } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { Meter, Section } from '@/components/ui/section'
import { EmptyState, Loaded } from '@/components/ui/states'
import { useMembers } from '@/features/identity/api/identity'
import { MemberSelect } from '@/features/identity/components/member-select'
import { useCan } from '@/lib/auth/permissions'
import { formatNumber, plural, useFormat } from '@/lib/format'
import { poolsQuery, queueQuery, reassign, workloadQuery } from '../api/assignment'
import { LeadName } from '../components/lead-name'
import { ASSIGNMENT_TABS } from '../tabs'

export function WorkloadScreen() {
  return (
    <Page title="Assignment" tabs={ASSIGNMENT_TABS} layout="medium">
      <Stack>
        <WaitingLeads />
        <People />
      </Stack>
    </Page>
  )
}

function WaitingLeads() {
  const pools = useQuery(poolsQuery)
  const inPools = [...new Set(pools.data?.flatMap(pool => pool.members.map(member => member.userId)))]
  const queue = useQuery(queueQuery)
  const client = useQueryClient()
  const format = useFormat()
  const members = useMembers()
  const mayWrite = useCan('assignment:write')
  const give = useMutation({
    mutationFn: ({ leadId, agentId }: { leadId: string; agentId: string }) => reassign(leadId, agentId),
    onSuccess: (_result, { agentId }) => notifications.show({ message: `Given to ${members.name(agentId)}` }),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['assignment'] }), client.invalidateQueries({ queryKey: ['leads'] })]),
  })
  const columns: Column<QueuedLead>[] = [
    { key: 'lead', header: 'Lead', cell: entry => <LeadName id={entry.leadId} /> },
    { key: 'since', header: 'Waiting since', hideBelow: 'sm', cell: entry => format.relative(entry.since) },
    { key: 'why', header: 'Why', hideBelow: 'md', cell: entry => entry.reason },
    {
      key: 'give',
      header: 'Give to',
      width: 200,
      cell: entry => mayWrite && <MemberSelect aria-label="Give to" placeholder="Choose a person" only={inPools} size="xs" value={null} disabled={give.isPending} onChange={agentId => agentId && give.mutate({ leadId: entry.leadId, agentId })} />,
    },
  ]
  return (
    <Section title="Leads waiting for an owner" note={queue.data?.length ? plural(queue.data.length, 'lead') : undefined} flush>
      <Loaded query={queue} compact>
        {list => (
          <div style={{ margin: -1 }}>
            <DataTable
              label="Waiting leads"
              inline
              columns={columns}
              rows={list}
              rowKey={entry => entry.leadId}
              empty={
                <EmptyState compact icon={CircleCheck} title="Nobody waits">
                  Every lead has an owner. When no rule fits or everybody is at capacity, leads wait here and are given out as soon as somebody is free.
                </EmptyState>
              }
            />
          </div>
        )}
      </Loaded>
    </Section>
  )
}

function People() {
  const workload = useQuery(workloadQuery)
  const pools = useQuery(poolsQuery)
  const members = useMembers()
  const capacity = (userId: string) => pools.data?.flatMap(pool => pool.members).find(member => member.userId === userId && member.capacity)?.capacity
  const columns: Column<Workload>[] = [
    { key: 'who', header: 'Person', cell: entry => <Person name={members.name(entry.userId) ?? '…'} /> },
    { key: 'today', header: 'Given today', align: 'right', width: 110, cell: entry => formatNumber(entry.assignedToday) },
    { key: 'open', header: 'Open leads', align: 'right', width: 110, cell: entry => `${formatNumber(entry.openItems)}${capacity(entry.userId) ? ` of ${capacity(entry.userId)}` : ''}` },
    {
      key: 'meter',
      header: 'Used',
      width: 220,
      hideBelow: 'sm',
      cell: entry => {
        const limit = capacity(entry.userId)
        return limit ? <Meter label={`Capacity used by ${members.name(entry.userId)}`} value={entry.openItems} max={limit} tone={entry.openItems >= limit ? 'var(--tl-red)' : entry.openItems > limit * 0.8 ? 'var(--tl-amber)' : undefined} /> : <span style={{ color: 'var(--tl-ink-3)' }}>no limit</span>
      },
    },
  ]
  return (
    <Section title="Who has how much" flush>
      <Loaded query={workload} compact>
        {list => (
          <div style={{ margin: -1 }}>
            <DataTable
              label="Workload"
              inline
              columns={columns}
              rows={[...list].sort((a, b) => b.openItems - a.openItems)}
              rowKey={entry => entry.userId}
              empty={
                <EmptyState compact icon={UsersRound} title="No one has leads yet">
                  Put people into pools and give the pools rules.
                </EmptyState>
              }
            />
          </div>
        )}
      </Loaded>
    </Section>
  )
}

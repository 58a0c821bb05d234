import { Button, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Layers, Server } from 'lucide-react'
import type { Queue, Worker } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { Section } from '@/components/ui/section'
import { EmptyState, Loaded } from '@/components/ui/states'
import { StatusBadge } from '@/components/ui/status-badge'
import { SYSTEM_TABS } from '@/features/system/tabs'
import { useCan } from '@/lib/auth/permissions'
import { formatDuration, formatNumber, useFormat } from '@/lib/format'
import { queuesQuery, switchQueue, workersQuery } from '../api/worker'

export function Queues() {
  const queues = useQuery(queuesQuery)
  const workers = useQuery(workersQuery)
  return (
    <Page title="System" tabs={SYSTEM_TABS}>
      <Stack maw={1240}>
        <Section title="Queues" note="Work that is done in the background." flush>
          <Loaded query={queues}>{list => <QueueTable queues={list} />}</Loaded>
        </Section>
        <Section title="Workers" note="Processes that take work from the queues." flush>
          <Loaded query={workers}>{list => <WorkerTable workers={list} />}</Loaded>
        </Section>
      </Stack>
    </Page>
  )
}

const quiet = (value: number) => (value ? formatNumber(value) : <span style={{ color: 'var(--tl-ink-3)' }}>0</span>)

function QueueTable({ queues }: { queues: Queue[] }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const mayWrite = useCan('worker:write')
  const change = useMutation({
    mutationFn: ({ queue, verb }: { queue: Queue; verb: 'pause' | 'resume' }) => switchQueue(queue.name, verb),
    onSuccess: (_result, { queue, verb }) => notifications.show({ message: `Queue ${queue.name} ${verb === 'pause' ? 'paused' : 'resumed'}` }),
    onSettled: () => client.invalidateQueries({ queryKey: ['worker'] }),
  })
  const press = async (queue: Queue) => {
    if (queue.paused) return change.mutate({ queue, verb: 'resume' })
    if (await confirm({ title: `Pause the queue ${queue.name}?`, body: 'Jobs of this workspace that run now finish. The others wait until somebody resumes the queue; nothing is lost.', confirm: 'Pause queue' })) change.mutate({ queue, verb: 'pause' })
  }
  const columns: Column<Queue>[] = [
    { key: 'name', header: 'Queue', cell: queue => <strong style={{ fontWeight: 500 }}>{queue.name}</strong> },
    { key: 'state', header: 'State', hideBelow: 'sm', cell: queue => <StatusBadge tone={queue.paused ? 'amber' : 'green'}>{queue.paused ? 'Paused' : 'On'}</StatusBadge> },
    { key: 'ready', header: 'Waiting', align: 'right', cell: queue => quiet(queue.ready) },
    { key: 'parked', header: 'Held', align: 'right', hideBelow: 'lg', cell: queue => quiet(queue.parked ?? 0) },
    { key: 'scheduled', header: 'Scheduled', align: 'right', hideBelow: 'md', cell: queue => quiet(queue.scheduled) },
    { key: 'running', header: 'Running', align: 'right', hideBelow: 'sm', cell: queue => quiet(queue.running) },
    { key: 'dead', header: 'Gave up', align: 'right', cell: queue => (queue.dead ? <Link to="/system/jobs" search={{ state: 'dead' }} className="tl-link" style={{ color: 'var(--tl-red)' }}>{formatNumber(queue.dead)}</Link> : quiet(0)) },
    { key: 'age', header: 'Oldest waits', align: 'right', hideBelow: 'md', cell: queue => (queue.oldestReadyAgeSeconds ? formatDuration(queue.oldestReadyAgeSeconds) : '–') },
    { key: 'rate', header: 'Done last minute', align: 'right', hideBelow: 'md', cell: queue => quiet(queue.completedLastMinute) },
    {
      key: 'act',
      header: '',
      align: 'right',
      width: 90,
      cell: queue =>
        mayWrite && (
          <Button size="xs" variant="default" aria-label={`${queue.paused ? 'Resume' : 'Pause'} ${queue.name}`} loading={change.isPending && change.variables.queue.name === queue.name} onClick={() => void press(queue)}>
            {queue.paused ? 'Resume' : 'Pause'}
          </Button>
        ),
    },
  ]
  return (
    <div style={{ margin: -1 }}>
      <DataTable label="Queues" inline columns={columns} rows={queues} rowKey={queue => queue.name} empty={<EmptyState compact icon={Layers} title="Nothing waits">Queues appear here while they have work. What is done stays under Jobs.</EmptyState>} />
    </div>
  )
}

function WorkerTable({ workers }: { workers: Worker[] }) {
  const format = useFormat()
  const columns: Column<Worker>[] = [
    { key: 'host', header: 'Worker', cell: worker => <strong style={{ fontWeight: 500 }}>{worker.service ? `${worker.service} on ${worker.host}` : worker.host}</strong> },
    { key: 'running', header: 'Running', align: 'right', width: 90, cell: worker => quiet(worker.running) },
    { key: 'types', header: 'Does', hideBelow: 'sm', cell: worker => <span title={worker.types.join(', ')}>{worker.types.join(', ')}</span> },
    { key: 'started', header: 'Started', hideBelow: 'md', cell: worker => format.relative(worker.startedAt) },
    { key: 'seen', header: 'Last seen', cell: worker => format.relative(worker.seenAt) },
  ]
  return (
    <div style={{ margin: -1 }}>
      <DataTable
        label="Workers"
        inline
        columns={columns}
        rows={workers}
        rowKey={worker => worker.id}
        empty={
          <EmptyState compact icon={Server} title="No worker is running">
            Jobs wait until a process with the worker target is started.
          </EmptyState>
        }
      />
    </div>
  )
}

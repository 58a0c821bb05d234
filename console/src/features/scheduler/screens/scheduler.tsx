import { ActionIcon, Button, Drawer, Menu, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CalendarClock, Ellipsis, Plus, Timer } from 'lucide-react'
import { useState } from 'react'
import type { Schedule, ScheduledTask } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { EmptyState, ErrorState, Loaded } from '@/components/ui/states'
import { StateBadge, StatusBadge } from '@/components/ui/status-badge'
import { SettingsPage } from '@/features/identity/components/settings-page'
import { useCan } from '@/lib/auth/permissions'
import { formatDuration, useFormat } from '@/lib/format'
import { actOnSchedule, deleteSchedule, schedulesQuery, targetName, tasksQuery } from '../api/scheduler'
import { ScheduleDetail } from '../components/schedule-detail'
import { ScheduleForm } from '../components/schedule-form'

export function Scheduler() {
  const mayWrite = useCan('scheduler:write')
  const [opened, setOpened] = useState<Schedule | 'new' | null>(null)
  const schedules = useQuery(schedulesQuery)
  const current = opened && opened !== 'new' ? (schedules.data?.find(schedule => schedule.id === opened.id) ?? opened) : undefined
  return (
    <SettingsPage
      actions={
        mayWrite && (
          <Button leftSection={<Plus size={14} />} onClick={() => setOpened('new')}>
            New schedule
          </Button>
        )
      }
    >
      <Stack>
        <Section title="Schedules" note="What the platform does again and again." flush>
          <Loaded query={schedules}>{list => <ScheduleTable schedules={list} mayWrite={mayWrite} onOpen={setOpened} />}</Loaded>
        </Section>
        <Section title="Planned once" note="For example campaigns with a start time." flush>
          <Tasks />
        </Section>
      </Stack>
      <Drawer opened={opened !== null} onClose={() => setOpened(null)} title={opened === 'new' ? 'New schedule' : current?.name} size={480}>
        {opened === 'new' && <ScheduleForm onClose={() => setOpened(null)} />}
        {current && <ScheduleDetail key={current.id} schedule={current} mayWrite={mayWrite} onClose={() => setOpened(null)} />}
      </Drawer>
    </SettingsPage>
  )
}

const rhythm = (schedule: Schedule) => (schedule.cron ? schedule.cron : schedule.everySeconds ? `every ${formatDuration(schedule.everySeconds)}` : '–')

function ScheduleTable({ schedules, mayWrite, onOpen }: { schedules: Schedule[]; mayWrite: boolean; onOpen: (schedule: Schedule) => void }) {
  const format = useFormat()
  const columns: Column<Schedule>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: schedule => (
        <button type="button" {...primaryCell} onClick={() => onOpen(schedule)}>
          {schedule.name}
        </button>
      ),
    },
    { key: 'rhythm', header: 'Rhythm', cell: schedule => <code>{rhythm(schedule)}</code> },
    { key: 'target', header: 'Does', hideBelow: 'md', cell: schedule => targetName(schedule.target) },
    { key: 'state', header: 'State', hideBelow: 'sm', width: 110, cell: schedule => <StatusBadge tone={schedule.paused ? 'amber' : 'green'}>{schedule.paused ? 'Paused' : 'On'}</StatusBadge> },
    { key: 'next', header: 'Next', hideBelow: 'sm', cell: schedule => (schedule.paused ? '–' : format.relative(schedule.nextFireAt)) },
    { key: 'last', header: 'Last', hideBelow: 'lg', cell: schedule => format.relative(schedule.lastFireAt) },
    { key: 'actions', header: '', align: 'right', width: 50, cell: schedule => mayWrite && <ScheduleMenu schedule={schedule} /> },
  ]
  return (
    <div style={{ margin: -1 }}>
      <DataTable
        label="Schedules"
        inline
        columns={columns}
        rows={schedules}
        rowKey={schedule => schedule.id}
        rowLabel={schedule => schedule.name}
        onOpen={onOpen}
        empty={
          <EmptyState compact icon={CalendarClock} title="Nothing repeats yet">
            A schedule raises an event or starts a job at fixed times, in a time zone, through summer time changes.
          </EmptyState>
        }
      />
    </div>
  )
}

function ScheduleMenu({ schedule }: { schedule: Schedule }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const settle = { onSettled: () => client.invalidateQueries({ queryKey: ['scheduler'] }) }
  const act = useMutation({
    mutationFn: (verb: 'run' | 'pause' | 'resume') => actOnSchedule(schedule.id, verb),
    onSuccess: (_result, verb) => notifications.show({ message: verb === 'run' ? `${schedule.name} was started` : `${schedule.name} ${verb === 'pause' ? 'paused' : 'resumed'}` }),
    ...settle,
  })
  const remove = useMutation({ mutationFn: () => deleteSchedule(schedule.id), ...settle })
  const ask = async () => {
    if (await confirm({ title: `Delete “${schedule.name}”?`, body: 'It will not run again. Runs that are under way finish.', confirm: 'Delete schedule', danger: true })) remove.mutate()
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${schedule.name}`} loading={act.isPending || remove.isPending}>
          <Ellipsis size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => act.mutate('run')}>Run now</Menu.Item>
        <Menu.Item onClick={() => act.mutate(schedule.paused ? 'resume' : 'pause')}>{schedule.paused ? 'Resume' : 'Pause'}</Menu.Item>
        <Menu.Item color="red" onClick={() => void ask()}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function Tasks() {
  const format = useFormat()
  const tasks = useInfiniteQuery(tasksQuery)
  const columns: Column<ScheduledTask>[] = [
    { key: 'key', header: 'Key', cell: task => <code>{task.key}</code> },
    { key: 'target', header: 'Does', hideBelow: 'md', cell: task => targetName(task.target) },
    { key: 'state', header: 'State', width: 120, cell: task => <StateBadge state={task.state} /> },
    { key: 'due', header: 'Due', cell: task => <span title={format.dateTime(task.dueAt)}>{format.relative(task.dueAt)}</span> },
  ]
  if (tasks.error && !tasks.data) return <ErrorState compact error={tasks.error} onRetry={() => void tasks.refetch()} />
  return (
    <div style={{ margin: -1 }}>
      <DataTable
        label="Planned tasks"
        inline
        columns={columns}
        rows={tasks.data?.pages.flatMap(page => page.data)}
        rowKey={task => task.id}
        hasMore={tasks.hasNextPage}
        loadingMore={tasks.isFetchingNextPage}
        onMore={() => void tasks.fetchNextPage()}
        empty={<EmptyState compact icon={Timer} title="Nothing is planned" />}
      />
    </div>
  )
}

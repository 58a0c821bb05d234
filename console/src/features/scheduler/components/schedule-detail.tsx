import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Schedule, ScheduleExecution } from '@/api/types'
import { DataTable } from '@/components/ui/data-table'
import { Facts, Section } from '@/components/ui/section'
import { Loaded } from '@/components/ui/states'
import { label } from '@/components/ui/status-badge'
import { formatDateTime, plural, useFormat } from '@/lib/format'
import { executionsQuery, nextTimesQuery, targetName } from '../api/scheduler'
import { ScheduleForm } from './schedule-form'

export function ScheduleDetail({ schedule, mayWrite, onClose }: { schedule: Schedule; mayWrite: boolean; onClose: () => void }) {
  const format = useFormat()
  const next = useQuery({ ...nextTimesQuery(schedule.id), enabled: !schedule.paused })
  const executions = useQuery(executionsQuery(schedule.id))
  return (
    <Stack gap="md">
      {mayWrite ? <ScheduleForm schedule={schedule} onClose={onClose} /> : <Facts items={[['Does', targetName(schedule.target)], ['Zone', schedule.timeZone]]} />}
      <Section title="Next times" note={`In ${schedule.timeZone}`}>
        {schedule.paused ? (
          <Text size="sm">Paused.</Text>
        ) : (
          <Loaded query={next} compact>
            {times => (
              <ul style={{ margin: 0, paddingLeft: 18, fontSize: 13 }}>
                {times.slice(0, 5).map(time => (
                  <li key={String(time)}>{formatDateTime(time, schedule.timeZone)}</li>
                ))}
              </ul>
            )}
          </Loaded>
        )}
      </Section>
      <Section title="Last runs" flush>
        <Loaded query={executions} compact>
          {list => (
            <div style={{ margin: -1 }}>
              <DataTable<ScheduleExecution>
                label="Last runs"
                inline
                rows={list}
                rowKey={entry => entry.id}
                columns={[
                  { key: 'due', header: 'Due', cell: entry => format.dateTime(entry.dueAt) },
                  { key: 'fired', header: 'Fired', cell: entry => format.time(entry.firedAt) },
                  { key: 'kind', header: 'Why', cell: entry => (entry.leftOut ? `${label(entry.kind)}, ${plural(entry.leftOut, 'missed time')} left out` : label(entry.kind)) },
                ]}
                empty={<Text size="sm" c="dimmed" p="md">It has not run yet.</Text>}
              />
            </div>
          )}
        </Loaded>
      </Section>
    </Stack>
  )
}

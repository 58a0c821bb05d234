import { Button, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { Loaded } from '@/components/ui/states'
import { useFormat } from '@/lib/format'
import { revokeOtherSessions, revokeSession, sessionsQuery, type SessionPlace } from '../api/account'
import { deviceName } from '../device-name'

export function SessionsSection() {
  const client = useQueryClient()
  const sessions = useQuery(sessionsQuery)
  const others = useMutation({
    mutationFn: revokeOtherSessions,
    onSuccess: () => notifications.show({ message: 'All other devices are signed out' }),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  return (
    <Section
      title="Where you are signed in"
      note="Sign out what you do not know, and change your password then."
      flush
      actions={
        (sessions.data?.length ?? 0) > 1 && (
          <Button size="xs" variant="default" loading={others.isPending} onClick={() => others.mutate()}>
            Sign out all others
          </Button>
        )
      }
    >
      <Loaded query={sessions}>{list => <SessionTable sessions={list} />}</Loaded>
    </Section>
  )
}

function SessionTable({ sessions }: { sessions: SessionPlace[] }) {
  const client = useQueryClient()
  const format = useFormat()
  const end = useMutation({ mutationFn: revokeSession, onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }) })
  const columns: Column<SessionPlace>[] = [
    { key: 'device', header: 'Device', cell: session => <span title={session.userAgent}>{deviceName(session.userAgent)}</span> },
    { key: 'ip', header: 'Address', hideBelow: 'sm', cell: session => session.ip },
    { key: 'since', header: 'Signed in', hideBelow: 'md', cell: session => format.date(session.createdAt) },
    { key: 'seen', header: 'Last used', hideBelow: 'sm', cell: session => format.relative(session.lastSeenAt) },
    {
      key: 'actions',
      header: '',
      align: 'right',
      width: 110,
      cell: session =>
        session.isCurrent ? (
          <Text span size="sm" c="dimmed">
            This device
          </Text>
        ) : (
          <Button size="xs" variant="subtle" color="gray" aria-label={`Sign out ${deviceName(session.userAgent)}`} onClick={() => end.mutate(session.id)}>
            Sign out
          </Button>
        ),
    },
  ]
  return <DataTable label="Sessions" inline columns={columns} rows={sessions} rowKey={session => session.id} rowLabel={session => deviceName(session.userAgent)} />
}

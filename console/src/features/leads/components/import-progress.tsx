import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, Play, Undo2, Users } from 'lucide-react'
import type { LeadImport } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { Facts, Section, Stat, StatRow } from '@/components/ui/section'
import { formatBytes, formatDuration, formatNumber, plural, useFormat } from '@/lib/format'
import { cancelImport, downloadRejected, importQuery, isUndoing, startImport, undoImport } from '../api/imports'
import { delimiterName, secondsLeft } from '../import-wizard'

const HEADLINES: Record<string, string> = {
  running: 'Importing',
  completed: 'The import is finished',
  failed: 'The import stopped',
  cancelled: 'The import was cancelled',
  undone: 'The import was undone',
}

export function ImportProgress({ item }: { item: LeadImport }) {
  const format = useFormat()
  const running = item.status === 'running'
  const left = running ? secondsLeft(item) : undefined
  const took = item.startedAt && item.finishedAt ? (Date.parse(item.finishedAt) - Date.parse(item.startedAt)) / 1000 : undefined
  return (
    <Stack gap="md">
      <Section title={isUndoing(item) ? 'Undoing the import' : (HEADLINES[item.status] ?? 'Import')} actions={<Actions item={item} />}>
        <Stack gap="xs">
          <Progress value={item.percent} size="md" aria-label="Import progress" animated={running} color={item.status === 'failed' ? 'red' : undefined} />
          <Group justify="space-between">
            <Text size="sm" className="tl-num" role="status">
              {item.rowsTotal ? `${formatNumber(item.rowsDone)} of ${plural(item.rowsTotal, 'row')}` : plural(item.rowsDone, 'row')}
            </Text>
            <Text size="sm" c="dimmed" className="tl-num">
              {left !== undefined ? `about ${formatDuration(left)} left` : took !== undefined ? `took ${formatDuration(took)}` : `${Math.floor(item.percent)}%`}
            </Text>
          </Group>
          {item.error && (
            <Alert color="red" title="Why it stopped" role="alert">
              {item.error}
            </Alert>
          )}
          {item.undo && (
            <Text size="sm" c="dimmed">
              {plural(item.undo.removed, 'lead')} removed, {formatNumber(item.undo.restored)} with their earlier values back.
              {item.undo.kept > 0 && ` ${plural(item.undo.kept, 'lead')} kept, because somebody has worked on them since.`}
            </Text>
          )}
        </Stack>
      </Section>
      <StatRow>
        <Stat label="Created" value={formatNumber(item.created)} />
        <Stat label="Updated" value={formatNumber(item.updated)} />
        <Stat label="Duplicates" value={formatNumber(item.duplicates)} note="already there" />
        <Stat label="Refused" value={formatNumber(item.rejected)} note={item.rejected > 0 ? 'see the file with reasons' : 'none'} />
      </StatRow>
      <Section title="File">
        <Facts
          items={[
            ['Name', item.fileName],
            ['Size', formatBytes(item.size)],
            ['Encoding', item.encoding],
            ['Delimiter', delimiterName(item.delimiter)],
            ['Uploaded', format.dateTime(item.createdAt)],
            ['Started', format.dateTime(item.startedAt)],
            ['Finished', format.dateTime(item.finishedAt)],
          ]}
        />
      </Section>
    </Stack>
  )
}

function Actions({ item }: { item: LeadImport }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const refresh = () => client.invalidateQueries({ queryKey: importQuery(item.id).queryKey })
  const cancel = useMutation({ mutationFn: () => cancelImport(item.id), onSettled: refresh })
  const undo = useMutation({
    mutationFn: () => undoImport(item.id),
    onSettled: () => Promise.all([refresh(), client.invalidateQueries({ queryKey: ['leads'] })]),
  })
  const again = useMutation({ mutationFn: () => startImport(item.id), onSettled: refresh })
  const rejected = useMutation({ mutationFn: () => downloadRejected(item) })

  const askCancel = async () => {
    if (await confirm({ title: 'Stop this import?', body: 'Rows that are done stay. You can undo them afterwards.', confirm: 'Stop import', danger: true })) cancel.mutate()
  }
  const askUndo = async () => {
    const body = `${plural(item.created, 'lead')} this file created will be deleted, except those somebody has worked on since. ${plural(item.updated, 'updated lead')} will get back the earlier values.`
    if (await confirm({ title: 'Undo this import?', body, confirm: 'Undo import', danger: true, type: item.created > 500 ? 'undo' : undefined })) undo.mutate()
  }
  return (
    <Group gap="xs">
      {item.rejected > 0 && (
        <Button size="xs" variant="default" leftSection={<Download size={13} />} loading={rejected.isPending} onClick={() => rejected.mutate()}>
          Refused rows
        </Button>
      )}
      {item.status === 'running' && (
        <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => void askCancel()}>
          Stop import
        </Button>
      )}
      {!item.undo && (item.status === 'cancelled' || item.status === 'failed') && (
        <Button size="xs" variant="default" leftSection={<Play size={13} />} loading={again.isPending} onClick={() => again.mutate()}>
          Go on
        </Button>
      )}
      {!item.undo && (item.status === 'completed' || item.status === 'cancelled' || item.status === 'failed') && item.created + item.updated > 0 && (
        <Button size="xs" variant="default" leftSection={<Undo2 size={13} />} loading={undo.isPending} onClick={() => void askUndo()}>
          Undo import
        </Button>
      )}
      {item.status === 'completed' && (
        <Button size="xs" component={Link} to="/leads" search={{ importId: item.id } as never} leftSection={<Users size={13} />}>
          View leads
        </Button>
      )}
    </Group>
  )
}

import { Button, Drawer, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { useState } from 'react'
import type { DeadLetter } from '@/api/types'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { Facts, Section } from '@/components/ui/section'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { useCan } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { actOnDeadLetter, deadLettersQuery } from '../api/system'
import { SYSTEM_TABS } from '../tabs'

const typeOf = (letter: DeadLetter) => letter.eventType ?? letter.type ?? 'event'

export function DeadLetters() {
  const letters = useInfiniteQuery(deadLettersQuery)
  const format = useFormat()
  const [opened, setOpened] = useState<DeadLetter | null>(null)
  const columns: Column<DeadLetter>[] = [
    {
      key: 'type',
      header: 'Event',
      cell: letter => (
        <button type="button" {...primaryCell} onClick={() => setOpened(letter)}>
          {typeOf(letter)}
        </button>
      ),
    },
    { key: 'group', header: 'Subscriber', hideBelow: 'sm', cell: letter => letter.group ?? '–' },
    { key: 'error', header: 'Error', cell: letter => <span title={letter.error}>{letter.error ?? '–'}</span> },
    { key: 'attempts', header: 'Attempts', align: 'right', hideBelow: 'md', cell: letter => letter.attempts ?? '–' },
    { key: 'at', header: 'When', hideBelow: 'sm', cell: letter => format.relative(letter.at ?? letter.failedAt) },
  ]
  return (
    <Page title="System" tabs={SYSTEM_TABS} layout="fill">
      {letters.error && !letters.data ? (
        <ErrorState error={letters.error} onRetry={() => void letters.refetch()} />
      ) : (
        <DataTable
          label="Dead letters"
          columns={columns}
          rows={letters.data?.pages.flatMap(page => page.data)}
          rowKey={letter => letter.id}
          rowLabel={typeOf}
          onOpen={setOpened}
          hasMore={letters.hasNextPage}
          loadingMore={letters.isFetchingNextPage}
          onMore={() => void letters.fetchNextPage()}
          empty={
            <EmptyState icon={MailCheck} title="No dead letters">
              An event a service could not handle after several attempts is put aside here, so that the rest goes on. Once the cause is gone, replay it.
            </EmptyState>
          }
        />
      )}
      <Drawer opened={opened !== null} onClose={() => setOpened(null)} title="Dead letter" size={520}>
        {opened && <Letter letter={opened} onClose={() => setOpened(null)} />}
      </Drawer>
    </Page>
  )
}

function Letter({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const mayWrite = useCan('system:write')
  const act = useMutation({
    mutationFn: (verb: 'replay' | 'discard') => actOnDeadLetter(letter.id, verb),
    onSuccess: (_result, verb) => {
      notifications.show({ message: verb === 'replay' ? 'The event is being handled again' : 'The event was discarded' })
      onClose()
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['system'] }),
  })
  const discard = async () => {
    if (await confirm({ title: 'Discard this event?', body: 'The subscriber will never see it. What would have followed from it will not happen.', confirm: 'Discard event', danger: true })) act.mutate('discard')
  }
  return (
    <Stack>
      <Facts
        items={[
          ['Event', typeOf(letter)],
          ['Subscriber', letter.group],
          ['Attempts', letter.attempts],
          ['When', format.dateTime(letter.at ?? letter.failedAt)],
          ['Id', <code key="id">{letter.id}</code>],
        ]}
      />
      {letter.error && (
        <Section title="Error">
          <pre style={{ margin: 0, fontSize: 12, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{letter.error}</pre>
        </Section>
      )}
      {letter.payload !== undefined && (
        <Section title="Content">
          <pre style={{ margin: 0, fontSize: 12, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{typeof letter.payload === 'string' ? letter.payload : JSON.stringify(letter.payload, null, 2)}</pre>
        </Section>
      )}
      {mayWrite && (
        <Group gap="xs">
          <Button loading={act.isPending && act.variables === 'replay'} onClick={() => act.mutate('replay')}>
            Replay
          </Button>
          <Button variant="default" loading={act.isPending && act.variables === 'discard'} onClick={() => void discard()}>
            Discard
          </Button>
        </Group>
      )}
    </Stack>
  )
}

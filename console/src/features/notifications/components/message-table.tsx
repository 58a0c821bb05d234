import { Drawer, Stack } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { MailSearch } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { DeliveryAttempt, Message } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Facts, Section } from '@/components/ui/section'
import { EmptyState, ErrorState, Loaded } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { formatDuration, useFormat } from '@/lib/format'
import { messageQuery, messagesQuery, type MessageFilter } from '../api/notifications'

interface Props {
  filter: MessageFilter
  inline?: boolean
  emptyText?: string
  emptyTitle?: string
}

export function MessageTable({ filter, inline, emptyText, emptyTitle = 'No messages yet' }: Props) {
  const [opened, setOpened] = useState<string | null>(null)
  const format = useFormat()
  const messages = useInfiniteQuery(messagesQuery(filter))
  const columns: Column<Message>[] = [
    {
      key: 'subject',
      header: 'Subject',
      cell: message => (
        <button type="button" {...primaryCell} onClick={() => setOpened(message.id)}>
          {message.subject || '(no subject)'}
        </button>
      ),
    },
    { key: 'to', header: 'To', hideBelow: 'sm', cell: message => message.to },
    { key: 'status', header: 'Status', width: 120, cell: message => <StateBadge state={message.status} /> },
    { key: 'opens', header: 'Opens', align: 'right', hideBelow: 'md', width: 70, cell: message => message.opens },
    { key: 'clicks', header: 'Clicks', align: 'right', hideBelow: 'md', width: 70, cell: message => message.clicks },
    { key: 'when', header: 'When', hideBelow: 'sm', width: 120, cell: message => format.relative(message.sentAt ?? message.createdAt) },
  ]
  if (messages.error && !messages.data) return <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
  return (
    <>
      <DataTable
        label="Messages"
        columns={columns}
        rows={messages.data?.pages.flatMap(page => page.data)}
        rowKey={message => message.id}
        rowLabel={message => message.subject}
        onOpen={message => setOpened(message.id)}
        hasMore={messages.hasNextPage}
        loadingMore={messages.isFetchingNextPage}
        onMore={() => void messages.fetchNextPage()}
        inline={inline}
        empty={
          <EmptyState icon={MailSearch} title={emptyTitle} compact={inline}>
            {emptyText}
          </EmptyState>
        }
      />
      <Drawer opened={opened !== null} onClose={() => setOpened(null)} title="Message" size={480}>
        {opened && <MessageDetailPanel id={opened} />}
      </Drawer>
    </>
  )
}

function linkTo(to: string, params: Record<string, string>, text: string): ReactNode {
  return (
    <Link to={to} params={params as never} className="tl-link">
      {text}
    </Link>
  )
}

function MessageDetailPanel({ id }: { id: string }) {
  const format = useFormat()
  const message = useQuery(messageQuery(id))
  return (
    <Loaded query={message}>
      {data => (
        <Stack gap="md">
          <Facts
            items={[
              ['Status', <StateBadge key="status" state={data.status} />],
              ['Subject', data.subject],
              ['To', data.to],
              ['Sent through', data.provider],
              ['Created', format.dateTime(data.createdAt)],
              ['Sent', format.dateTime(data.sentAt)],
              ['First opened', format.dateTime(data.openedAt)],
              ['First clicked', format.dateTime(data.clickedAt)],
              ['Opens, clicks', `${data.opens}, ${data.clicks}`],
              data.error ? ['Error', data.error] : null,
              data.leadId ? ['Lead', linkTo('/leads/$leadId', { leadId: data.leadId }, 'Open lead')] : null,
              data.customerId ? ['Customer', linkTo('/customers/$customerId', { customerId: data.customerId }, 'Open customer')] : null,
              data.campaignId ? ['Campaign', linkTo('/campaigns/$campaignId', { campaignId: data.campaignId }, 'Open campaign')] : null,
            ]}
          />
          {Array.isArray(data.attempts) && data.attempts.length > 0 && (
            <Section title="Delivery attempts" flush>
              <DataTable<DeliveryAttempt>
                label="Delivery attempts"
                inline
                rows={data.attempts}
                rowKey={attempt => attempt.at}
                columns={[
                  { key: 'at', header: 'When', cell: attempt => format.time(attempt.at) },
                  { key: 'outcome', header: 'Outcome', cell: attempt => attempt.outcome },
                  { key: 'response', header: 'Answer', cell: attempt => <span title={attempt.response ?? undefined}>{attempt.response ?? '–'}</span> },
                  { key: 'took', header: 'Took', align: 'right', cell: attempt => (attempt.durationMs < 1000 ? `${attempt.durationMs} ms` : formatDuration(attempt.durationMs / 1000)) },
                ]}
              />
            </Section>
          )}
        </Stack>
      )}
    </Loaded>
  )
}

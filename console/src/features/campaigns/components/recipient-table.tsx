import { Group, Select } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Users } from 'lucide-react'
import { useState } from 'react'
import type { CampaignRecipient } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { label, StateBadge } from '@/components/ui/status-badge'
import { useFormat } from '@/lib/format'
import { recipientsQuery } from '../api/campaigns'

const STATUSES = ['queued', 'skipped', 'sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'failed', 'unknown']

export function RecipientTable({ campaignId }: { campaignId: string }) {
  const [status, setStatus] = useState<string | null>(null)
  const format = useFormat()
  const recipients = useInfiniteQuery(recipientsQuery(campaignId, status ?? undefined))
  const columns: Column<CampaignRecipient>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: recipient =>
        recipient.leadId ? (
          <Link to="/leads/$leadId" params={{ leadId: recipient.leadId }} {...primaryCell}>
            {recipient.displayName || recipient.email}
          </Link>
        ) : (
          recipient.displayName || recipient.email
        ),
    },
    { key: 'email', header: 'Email', hideBelow: 'sm', cell: recipient => recipient.email },
    { key: 'status', header: 'Status', width: 130, cell: recipient => <StateBadge state={recipient.status} /> },
    { key: 'reason', header: 'Reason', hideBelow: 'md', cell: recipient => <span title={recipient.reason ?? undefined}>{recipient.reason ?? '–'}</span> },
    { key: 'at', header: 'When', hideBelow: 'sm', width: 120, cell: recipient => format.relative(recipient.at) },
  ]
  if (recipients.error && !recipients.data) return <ErrorState error={recipients.error} onRetry={() => void recipients.refetch()} />
  return (
    <>
      <Group mb="sm">
        <Select aria-label="Recipient status" placeholder="Any status" clearable w={200} data={STATUSES.map(value => ({ value, label: label(value) }))} value={status} onChange={setStatus} />
      </Group>
      <DataTable
        label="Recipients"
        inline
        columns={columns}
        rows={recipients.data?.pages.flatMap(page => page.data)}
        rowKey={recipient => recipient.id}
        hasMore={recipients.hasNextPage}
        loadingMore={recipients.isFetchingNextPage}
        onMore={() => void recipients.fetchNextPage()}
        empty={
          <EmptyState compact icon={Users} title={status ? `Nobody is ${label(status).toLowerCase()}` : 'No recipients yet'}>
            The audience is fixed at the moment the campaign starts.
          </EmptyState>
        }
      />
    </>
  )
}

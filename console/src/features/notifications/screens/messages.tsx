import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { MESSAGE_STATUSES } from '@/api/types'
import { FilterBar, FilterChip, SearchBox } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { label } from '@/components/ui/status-badge'
import { DeliveryBadge } from '../components/delivery-badge'
import { MessageTable } from '../components/message-table'
import { messageSummaryQuery } from '../api/notifications'
import { messagesRoute } from '../routes'
import { formatNumber } from '@/lib/format'

export function Messages() {
  const { q, status } = messagesRoute.useSearch()
  const navigate = useNavigate({ from: messagesRoute.fullPath })
  const summary = useQuery(messageSummaryQuery()).data ?? {}
  const change = (part: { q?: string; status?: string }) => void navigate({ search: previous => ({ ...previous, ...part }), replace: true })
  return (
    <Page title="Messages" layout="fill" actions={<DeliveryBadge />}>
      <FilterBar>
        <SearchBox label="Search messages" placeholder="Email address" value={q} onChange={value => change({ q: value })} />
        <Select
          aria-label="Status"
          placeholder="Any status"
          w={180}
          clearable
          data={MESSAGE_STATUSES.map(value => ({ value, label: summary[value] ? `${label(value)} (${formatNumber(summary[value])})` : label(value) }))}
          value={status ?? null}
          onChange={value => change({ status: value ?? undefined })}
        />
        {status && <FilterChip name="Status" value={label(status)} onRemove={() => change({ status: undefined })} />}
      </FilterBar>
      <MessageTable
        filter={{ q, status }}
        emptyTitle={q || status ? 'No message matches' : 'No message was sent yet'}
        emptyText={q || status ? 'Try another address or status.' : 'Every message the platform sends is logged here, with each delivery attempt and what the receiving server answered.'}
      />
    </Page>
  )
}

import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Contact } from 'lucide-react'
import type { Customer } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { FilterBar, SearchBox } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { useFormat } from '@/lib/format'
import { customersQuery } from '../api/customers'
import { customersRoute } from '../routes'
import { CUSTOMER_TABS } from '../tabs'

export function CustomerList() {
  const { q } = customersRoute.useSearch()
  const navigate = useNavigate({ from: customersRoute.fullPath })
  const format = useFormat()
  const customers = useInfiniteQuery(customersQuery(q))
  const more = (list: string[]) => (list.length > 1 ? `${list[0]} +${list.length - 1}` : (list[0] ?? '–'))
  const columns: Column<Customer>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: customer => (
        <Link to="/customers/$customerId" params={{ customerId: customer.id }} {...primaryCell}>
          {customer.displayName}
        </Link>
      ),
    },
    { key: 'company', header: 'Company', hideBelow: 'sm', cell: customer => customer.company ?? '–' },
    { key: 'email', header: 'Email', hideBelow: 'sm', cell: customer => more(customer.emails) },
    { key: 'phone', header: 'Phone', hideBelow: 'md', cell: customer => more(customer.phones) },
    { key: 'updated', header: 'Updated', hideBelow: 'md', cell: customer => format.relative(customer.updatedAt) },
  ]
  return (
    <Page title="Customers" layout="fill" tabs={CUSTOMER_TABS}>
      <FilterBar>
        <SearchBox label="Search customers" placeholder="Name, email, phone" value={q} onChange={value => void navigate({ search: { q: value }, replace: true })} />
      </FilterBar>
      {customers.error && !customers.data ? (
        <ErrorState error={customers.error} onRetry={() => void customers.refetch()} />
      ) : (
        <DataTable
          label="Customers"
          columns={columns}
          rows={customers.data?.pages.flatMap(page => page.data)}
          rowKey={customer => customer.id}
          rowLabel={customer => customer.displayName}
          onOpen={customer => void navigate({ to: '/customers/$customerId', params: { customerId: customer.id } })}
          hasMore={customers.hasNextPage}
          loadingMore={customers.isFetchingNextPage}
          onMore={() => void customers.fetchNextPage()}
          empty={
            <EmptyState icon={Contact} title={q ? 'Nobody matches' : 'Nobody here yet'}>
              {q ? 'Try part of a name, an email address or a phone number.' : 'Every lead becomes a customer profile by itself: one per person, however many times they come in. Consent, messages and what they did are kept here.'}
            </EmptyState>
          }
        />
      )}
    </Page>
  )
}

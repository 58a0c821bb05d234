import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Columns3, Download, Plus, Upload, Users } from 'lucide-react'
import { useMemo, useState } from 'react'
import { DataTable } from '@/components/ui/data-table'
import { FilterBar, SearchBox } from '@/components/ui/filter-chip'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { useMembers } from '@/features/identity/api/identity'
import { download } from '@/lib/api-client'
import { useCan } from '@/lib/auth/permissions'
import { formatNumber, useFormat } from '@/lib/format'
import type { Query } from '@/lib/http'
import { exportPath, leadCountQuery, leadsQuery } from '../api/leads'
import { BulkBar } from '../components/bulk-bar'
import { CreateLead } from '../components/create-lead'
import { DEFAULT_COLUMNS, leadColumns } from '../components/lead-columns'
import { hasFilters, LeadFilterChips, LeadFilterMenu } from '../components/lead-filters'
import { toFilters, type LeadSearch } from '../lead-search'
import { leadsRoute } from '../routes'

const NONE: ReadonlySet<string> = new Set()

export function LeadList() {
  const search = leadsRoute.useSearch()
  const navigate = useNavigate({ from: leadsRoute.fullPath })
  const format = useFormat()
  const members = useMembers()
  const mayWrite = useCan('leads:write')
  const mayImport = useCan('imports:write')
  const [selected, setSelected] = useState<ReadonlySet<string>>(NONE)
  const [shown, setShown] = useLocalStorage({ key: 'tideline-lead-columns', defaultValue: DEFAULT_COLUMNS })

  const filters = useMemo(() => toFilters(search, format.zone), [search, format.zone])
  const sort = search.sort ?? '-createdAt'
  const leads = useInfiniteQuery(leadsQuery(filters, sort))
  const count = useQuery(leadCountQuery(filters))
  const rows = useMemo(() => leads.data?.pages.flatMap(page => page.data), [leads.data])
  const all = leadColumns({ memberName: members.name, relative: format.relative })
  const columns = all.filter(column => column.key === 'name' || shown.includes(column.key))

  const change = (part: Partial<LeadSearch>) => {
    setSelected(NONE)
    void navigate({ search: previous => ({ ...previous, ...part }), replace: true })
  }
  const create = (open: boolean) => void navigate({ search: previous => ({ ...previous, create: open || undefined }), replace: true })
  const csv = useMutation({ mutationFn: () => download(exportPath, 'leads.csv', { ...(filters as Query), sort }) })

  return (
    <Page
      title="Leads"
      meta={count.data !== undefined && formatNumber(count.data)}
      layout="fill"
      actions={
        <>
          <Tooltip label="Download what is filtered now, as CSV">
            <Button variant="default" leftSection={<Download size={14} />} onClick={() => csv.mutate()} loading={csv.isPending}>
              Export
            </Button>
          </Tooltip>
          {mayImport && (
            <Button variant="default" leftSection={<Upload size={14} />} component={Link} to="/imports/new">
              Import
            </Button>
          )}
          {mayWrite && (
            <Button leftSection={<Plus size={15} />} onClick={() => create(true)}>
              New lead
            </Button>
          )}
        </>
      }
    >
      <FilterBar>
        <SearchBox label="Search leads" placeholder="Name, email, phone, company" value={search.q} onChange={q => change({ q })} />
        <LeadFilterMenu search={search} onChange={change} />
        <LeadFilterChips search={search} onChange={change} />
        <Group ml="auto" gap={4}>
          <ColumnChoice all={all.filter(column => column.key !== 'name')} shown={shown} onChange={setShown} />
        </Group>
      </FilterBar>
      {leads.error && !rows ? (
        <ErrorState error={leads.error} onRetry={() => void leads.refetch()} />
      ) : (
        <div style={{ position: 'relative', display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0, opacity: leads.isPlaceholderData ? 0.6 : 1 }}>
          <DataTable
            label="Leads"
            columns={columns}
            rows={rows}
            rowKey={lead => lead.id}
            rowLabel={lead => lead.displayName}
            onOpen={lead => void navigate({ to: '/leads/$leadId', params: { leadId: lead.id } })}
            selected={mayWrite ? selected : undefined}
            onSelect={setSelected}
            sort={sort}
            onSort={next => change({ sort: next })}
            hasMore={leads.hasNextPage}
            loadingMore={leads.isFetchingNextPage}
            onMore={() => void leads.fetchNextPage()}
            empty={<Empty filtered={hasFilters(search)} onClear={() => void navigate({ search: {} })} onCreate={mayWrite ? () => create(true) : undefined} mayImport={mayImport} />}
          />
          {selected.size > 0 && <BulkBar ids={[...selected]} onDone={() => setSelected(NONE)} />}
        </div>
      )}
      <CreateLead opened={mayWrite && search.create === true} onClose={() => create(false)} />
    </Page>
  )
}

function ColumnChoice({ all, shown, onChange }: { all: { key: string; header: string }[]; shown: string[]; onChange: (keys: string[]) => void }) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon aria-label="Choose columns" variant="default" size={34}>
          <Columns3 size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={8}>
          {all.map(column => (
            <Checkbox
              key={column.key}
              label={column.header}
              checked={shown.includes(column.key)}
              onChange={event => onChange(event.currentTarget.checked ? [...shown, column.key] : shown.filter(key => key !== column.key))}
            />
          ))}
          <Button variant="subtle" color="gray" size="xs" onClick={() => onChange(DEFAULT_COLUMNS)}>
            Reset
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function Empty({ filtered, onClear, onCreate, mayImport }: { filtered: boolean; onClear: () => void; onCreate?: () => void; mayImport: boolean }) {
  if (filtered) {
    return (
      <EmptyState icon={Users} title="No lead matches" actions={<Button variant="default" onClick={onClear}>Clear search and filters</Button>}>
        Try fewer filters, or part of a name, an email address, a phone number or a company.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={Users}
      title="Your leads will live here"
      actions={
        <>
          {mayImport && (
            <Button component={Link} to="/imports/new" leftSection={<Upload size={14} />}>
              Import a CSV
            </Button>
          )}
          {onCreate && (
            <Button variant="default" onClick={onCreate}>
              Add one by hand
            </Button>
          )}
        </>
      }
    >
      A lead is a person who may become a customer. Bring the list you have: columns, phone numbers and duplicates are sorted out during the import, and any import can be undone.
    </EmptyState>
  )
}

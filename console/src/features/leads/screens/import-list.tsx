import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { FileSpreadsheet, Upload } from 'lucide-react'
import type { LeadImport } from '@/api/types'
import { DataTable, primaryCell, type Column } from '@/components/ui/data-table'
import { Page } from '@/components/ui/page'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { StateBadge } from '@/components/ui/status-badge'
import { formatBytes, formatNumber, useFormat } from '@/lib/format'
import { importsQuery } from '../api/imports'

export function ImportList() {
  const navigate = useNavigate()
  const format = useFormat()
  const imports = useInfiniteQuery(importsQuery)
  const columns: Column<LeadImport>[] = [
    {
      key: 'file',
      header: 'File',
      cell: item => (
        <Link to="/imports/$importId" params={{ importId: item.id }} search={{}} {...primaryCell}>
          {item.fileName}
        </Link>
      ),
    },
    { key: 'status', header: 'Status', width: 130, cell: item => <StateBadge state={item.status} /> },
    { key: 'progress', header: 'Done', align: 'right', hideBelow: 'sm', cell: item => (item.startedAt ? `${Math.floor(item.percent)}%` : '–') },
    { key: 'created', header: 'Created', align: 'right', cell: item => formatNumber(item.created) },
    { key: 'updated', header: 'Updated', align: 'right', hideBelow: 'md', cell: item => formatNumber(item.updated) },
    { key: 'duplicates', header: 'Duplicates', align: 'right', hideBelow: 'md', cell: item => formatNumber(item.duplicates) },
    { key: 'rejected', header: 'Refused', align: 'right', hideBelow: 'sm', cell: item => formatNumber(item.rejected) },
    { key: 'size', header: 'Size', align: 'right', hideBelow: 'lg', cell: item => formatBytes(item.size) },
    { key: 'when', header: 'Uploaded', hideBelow: 'sm', cell: item => format.relative(item.createdAt) },
  ]
  return (
    <Page
      title="Imports"
      layout="fill"
      actions={
        <Button component={Link} to="/imports/new" leftSection={<Upload size={14} />}>
          Import a file
        </Button>
      }
    >
      {imports.error && !imports.data ? (
        <ErrorState error={imports.error} onRetry={() => void imports.refetch()} />
      ) : (
        <DataTable
          label="Imports"
          columns={columns}
          rows={imports.data?.pages.flatMap(page => page.data)}
          rowKey={item => item.id}
          rowLabel={item => item.fileName}
          onOpen={item => void navigate({ to: '/imports/$importId', params: { importId: item.id }, search: {} })}
          hasMore={imports.hasNextPage}
          loadingMore={imports.isFetchingNextPage}
          onMore={() => void imports.fetchNextPage()}
          empty={
            <EmptyState
              icon={FileSpreadsheet}
              title="No file was imported yet"
              actions={
                <Button component={Link} to="/imports/new">
                  Import a file
                </Button>
              }
            >
              Export your contacts from a spreadsheet, a CRM or a trade fair list as CSV and bring them here. Each import is kept in this list, with the rows that were refused, and can be undone.
            </EmptyState>
          }
        />
      )}
    </Page>
  )
}

import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, Play, RotateCw } from 'lucide-react'
import type { DryRunResult, LeadImport } from '@/api/types'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Section, Stat, StatRow } from '@/components/ui/section'
import { ErrorState } from '@/components/ui/states'
import { formatNumber, formatShare, plural } from '@/lib/format'
import { dryRun, importQuery, startImport } from '../api/imports'
import { FIELD_LABELS } from '../import-wizard'
import classes from '../screens/import.module.css'

type SampleError = DryRunResult['sampleErrors'][number]

const columns: Column<SampleError>[] = [
  { key: 'row', header: 'Row', align: 'right', width: 70, cell: error => formatNumber(error.row) },
  { key: 'field', header: 'Field', cell: error => FIELD_LABELS[error.field as keyof typeof FIELD_LABELS] ?? error.field },
  { key: 'reason', header: 'Why it is refused', cell: error => error.reason },
  { key: 'value', header: 'Value', hideBelow: 'sm', cell: error => <code>{error.value || 'empty'}</code> },
]

export function ImportCheck({ item }: { item: LeadImport }) {
  const client = useQueryClient()
  // A dry run stores nothing, so asking for it again on a return to this page is harmless.
  const check = useQuery({ queryKey: ['dry-run', item.id, item.mapping], queryFn: () => dryRun(item.id), staleTime: Infinity, retry: false })
  const start = useMutation({
    mutationFn: () => startImport(item.id),
    onSuccess: started => {
      client.setQueryData(importQuery(item.id).queryKey, started)
      void client.invalidateQueries({ queryKey: ['imports'] })
    },
  })
  const result = check.data
  return (
    <Stack gap="md">
      {check.isFetching ? (
        <Section title="Dry run">
          <Group gap="sm" role="status">
            <Loader size="sm" />
            <Text size="sm" c="dimmed">
              Reading every row of {item.fileName}. Nothing is stored.
            </Text>
          </Group>
        </Section>
      ) : check.error ? (
        <ErrorState error={check.error} onRetry={() => void check.refetch()} />
      ) : (
        result && (
          <>
            <StatRow>
              <Stat label="Rows" value={formatNumber(result.rows)} />
              <Stat label="Ready to import" value={formatNumber(result.valid)} note={formatShare(result.valid, result.rows)} />
              <Stat label="Would be refused" value={formatNumber(result.rejected)} note={result.rejected ? 'returned as a file with reasons' : 'none'} />
              <Stat label="Twice in this file" value={formatNumber(result.duplicatesInFile)} note="become one lead each" />
            </StatRow>
            {result.sampleErrors.length > 0 && (
              <Section title="Examples of refused rows" note="If many rows fail for one reason, a column is probably matched to the wrong field." flush>
                <DataTable label="Refused rows" columns={columns} rows={result.sampleErrors} rowKey={error => `${error.row} ${error.field}`} inline />
              </Section>
            )}
            {result.valid === 0 && <Alert color="red">No row can be imported like this. Go back and match the columns again.</Alert>}
          </>
        )
      )}
      <Group justify="space-between" className={classes.foot}>
        <Button component={Link} to="/imports/$importId" params={{ importId: item.id } as never} search={{ step: 'map' } as never} variant="default" leftSection={<ArrowLeft size={14} />}>
          Back to columns
        </Button>
        <Group gap="xs">
          <Button variant="default" leftSection={<RotateCw size={14} />} onClick={() => void check.refetch()} disabled={check.isFetching}>
            Check again
          </Button>
          <Button leftSection={<Play size={14} />} loading={start.isPending} disabled={!result || result.valid === 0} onClick={() => start.mutate()}>
            {result ? `Import ${plural(result.valid, 'lead')}` : 'Start import'}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}

import { Button, Popover, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ListFilter } from 'lucide-react'
import { LEAD_STATUSES } from '@/api/types'
import { FilterChip } from '@/components/ui/filter-chip'
import { label } from '@/components/ui/status-badge'
import { useMembers } from '@/features/identity/api/identity'
import { MemberSelect } from '@/features/identity/components/member-select'
import { sourcesQuery } from '../api/leads'
import { useStages } from '../api/use-stages'
import type { LeadSearch } from '../lead-search'

interface Props {
  search: LeadSearch
  onChange: (change: Partial<LeadSearch>) => void
}

const inPopover = { comboboxProps: { withinPortal: false } }

export function LeadFilterMenu({ search, onChange }: Props) {
  const { stages } = useStages()
  const sources = useQuery(sourcesQuery)
  const set = (key: keyof LeadSearch) => (value: string | null) => onChange({ [key]: value || undefined })
  return (
    <Popover position="bottom-start" trapFocus width={320}>
      <Popover.Target>
        <Button variant="default" leftSection={<ListFilter size={14} />}>
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select label="Status" placeholder="Any" clearable data={LEAD_STATUSES.map(value => ({ value, label: label(value) }))} value={search.status ?? null} onChange={set('status')} {...inPopover} />
          <Select label="Stage" placeholder="Any" clearable data={stages.map(stage => ({ value: stage.id, label: stage.name }))} value={search.stageId ?? null} onChange={set('stageId')} {...inPopover} />
          <MemberSelect label="Owner" placeholder="Anyone" clearable extra={[{ value: 'none', label: 'Nobody' }]} value={search.ownerId ?? null} onChange={set('ownerId')} {...inPopover} />
          <Select
            label="Source"
            placeholder="Any"
            clearable
            searchable
            data={(sources.data ?? []).map(source => ({ value: source.name, label: `${source.name} (${source.count})` }))}
            value={search.source ?? null}
            onChange={set('source')}
            {...inPopover}
          />
          <SimpleGrid cols={2} spacing="xs">
            <TextInput type="date" label="Created from" value={search.from ?? ''} max={search.to} onChange={event => onChange({ from: event.currentTarget.value || undefined })} />
            <TextInput type="date" label="Created until" value={search.to ?? ''} min={search.from} onChange={event => onChange({ to: event.currentTarget.value || undefined })} />
          </SimpleGrid>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

const FILTERS: (keyof LeadSearch)[] = ['status', 'stageId', 'ownerId', 'source', 'from', 'to', 'importId']

export const hasFilters = (search: LeadSearch) => Boolean(search.q) || FILTERS.some(key => search[key])

export function LeadFilterChips({ search, onChange }: Props) {
  const members = useMembers()
  const stages = useStages()
  const chips: [keyof LeadSearch, string, string][] = []
  if (search.status) chips.push(['status', 'Status', label(search.status)])
  if (search.stageId) chips.push(['stageId', 'Stage', stages.name(search.stageId) ?? '…'])
  if (search.ownerId) chips.push(['ownerId', 'Owner', search.ownerId === 'none' ? 'Nobody' : (members.name(search.ownerId) ?? '…')])
  if (search.source) chips.push(['source', 'Source', search.source])
  if (search.from) chips.push(['from', 'Created from', search.from])
  if (search.to) chips.push(['to', 'Created until', search.to])
  if (search.importId) chips.push(['importId', 'Import', 'one file'])
  if (chips.length === 0) return null
  return (
    <>
      {chips.map(([key, name, value]) => (
        <FilterChip key={key} name={name} value={value} onRemove={() => onChange({ [key]: undefined })} />
      ))}
      {chips.length > 1 && (
        <Button variant="subtle" color="gray" size="xs" onClick={() => onChange(Object.fromEntries(FILTERS.map(key => [key, undefined])))}>
          Clear all
        </Button>
      )}
    </>
  )
}

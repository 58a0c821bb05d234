import { ActionIcon, Button, Menu, MultiSelect, Select, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { LEAD_STATUSES } from '@/api/types'
import { label } from '@/components/ui/status-badge'
import { useMembers } from '@/features/identity/api/identity'
import { importsQuery } from '@/features/leads/api/imports'
import { sourcesQuery } from '@/features/leads/api/leads'
import { useStages } from '@/features/leads/api/use-stages'
import { addCondition, FIELD_LABELS, removeCondition, setCondition, takesMany, unusedFields, type Condition, type ConditionField } from '../audience'
import classes from '../screens/compose.module.css'

interface Props {
  /** Said before each field for screen readers: "Include" or "Exclude". */
  name: string
  conditions: Condition[]
  onChange: (conditions: Condition[]) => void
  readOnly: boolean
}

interface Option {
  value: string
  label: string
}

export function useConditionOptions(): Record<ConditionField, Option[]> {
  const { stages } = useStages()
  const members = useMembers()
  const sources = useQuery(sourcesQuery)
  const imports = useInfiniteQuery(importsQuery)
  return {
    status: LEAD_STATUSES.map(value => ({ value, label: label(value) })),
    stageIds: stages.map(stage => ({ value: stage.id, label: stage.name })),
    ownerIds: members.list.map(member => ({ value: member.userId, label: member.name })),
    sources: (sources.data ?? []).map(source => ({ value: source.name, label: source.name })),
    importId: (imports.data?.pages.flatMap(page => page.data) ?? []).filter(item => item.status === 'completed').map(item => ({ value: item.id, label: item.fileName })),
    createdFrom: [],
    createdTo: [],
    q: [],
  }
}

export function ConditionList({ name, conditions, onChange, readOnly }: Props) {
  const options = useConditionOptions()
  const unused = unusedFields(conditions)
  return (
    <div style={{ display: 'grid', gap: 10 }}>
      {conditions.map(condition => (
        <div key={condition.field} className={classes.condition}>
          <span>{FIELD_LABELS[condition.field]}</span>
          <Value name={name} condition={condition} options={options[condition.field]} readOnly={readOnly} onChange={values => onChange(setCondition(conditions, condition.field, values))} />
          {!readOnly && (
            <ActionIcon aria-label={`Remove condition ${FIELD_LABELS[condition.field]}`} onClick={() => onChange(removeCondition(conditions, condition.field))}>
              <X size={14} />
            </ActionIcon>
          )}
        </div>
      ))}
      {!readOnly && unused.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" w="fit-content" leftSection={<Plus size={13} />} aria-label={`Add ${name.toLowerCase()} condition`}>
              Add condition
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {unused.map(field => (
              <Menu.Item key={field} onClick={() => onChange(addCondition(conditions, field))}>
                {FIELD_LABELS[field]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  )
}

interface ValueProps {
  name: string
  condition: Condition
  options: Option[]
  readOnly: boolean
  onChange: (values: string[]) => void
}

function Value({ name, condition: { field, values }, options, readOnly, onChange }: ValueProps) {
  const shared = { 'aria-label': `${name} ${FIELD_LABELS[field].toLowerCase()}`, readOnly }
  if (takesMany(field)) {
    // A value that is no longer among the choices (a removed member) must stay visible and removable.
    const known = [...options, ...values.filter(value => options.every(option => option.value !== value)).map(value => ({ value, label: value }))]
    return <MultiSelect {...shared} placeholder={values.length ? undefined : 'Any of…'} searchable clearable data={known} value={values} onChange={onChange} />
  }
  if (field === 'importId') return <Select {...shared} placeholder="Choose a file" searchable data={options} value={values[0] ?? null} onChange={value => onChange(value ? [value] : [])} />
  return <TextInput {...shared} type={field === 'q' ? 'text' : 'date'} value={values[0] ?? ''} onChange={event => onChange(event.currentTarget.value ? [event.currentTarget.value] : [])} />
}

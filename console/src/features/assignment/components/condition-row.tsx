import { MultiSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { LEAD_STATUSES, type ConditionOp, type RuleCondition } from '@/api/types'
import { label } from '@/components/ui/status-badge'
import { sourcesQuery } from '@/features/leads/api/leads'
import { useStages } from '@/features/leads/api/use-stages'
import { useFormat } from '@/lib/format'
import classes from '../screens/rules.module.css'
import { changeField, changeOp, isCustom, KINDS, kindOf, OP_LABELS } from '../conditions'

interface Props {
  condition: RuleCondition
  error?: string
  onChange: (condition: RuleCondition) => void
}

export function ConditionRow({ condition, error, onChange }: Props) {
  const custom = isCustom(condition.field)
  return (
    <div className={classes.conditionRow}>
      <div style={{ display: 'grid', gap: 6 }}>
        <Select
          aria-label="Field"
          allowDeselect={false}
          data={KINDS.map(({ value, label }) => ({ value, label }))}
          value={custom ? 'custom' : condition.field}
          onChange={field => field && onChange(changeField(condition, field))}
        />
        {custom && (
          <TextInput aria-label="Custom field name" placeholder="roofArea" value={condition.field.slice('custom.'.length)} onChange={event => onChange({ ...condition, field: `custom.${event.currentTarget.value.trim()}` })} />
        )}
      </div>
      <Select
        aria-label="Comparison"
        allowDeselect={false}
        data={kindOf(condition.field).ops.map(op => ({ value: op, label: OP_LABELS[op] }))}
        value={condition.op}
        onChange={op => op && onChange(changeOp(condition, op as ConditionOp))}
      />
      <ConditionValue condition={condition} error={error} onChange={value => onChange({ ...condition, value })} />
    </div>
  )
}

function ConditionValue({ condition: { field, op, value }, error, onChange }: { condition: RuleCondition; error?: string; onChange: (value: unknown) => void }) {
  const { stages } = useStages()
  const sources = useQuery(sourcesQuery)
  const { currency } = useFormat()
  const shared = { 'aria-label': 'Value', error }
  if (op === 'exists') {
    return (
      <Select
        {...shared}
        allowDeselect={false}
        data={[
          { value: 'true', label: 'yes' },
          { value: 'false', label: 'no' },
        ]}
        value={String(value ?? true)}
        onChange={next => onChange(next === 'true')}
      />
    )
  }
  const known = field === 'source' ? (sources.data ?? []).map(source => source.name) : undefined
  const choices = field === 'stage' ? stages.map(stage => ({ value: stage.name, label: stage.name })) : field === 'status' ? LEAD_STATUSES.map(status => ({ value: status, label: label(status) })) : undefined
  if (op === 'in') {
    const list = Array.isArray(value) ? value.map(String) : []
    if (choices) return <MultiSelect {...shared} data={choices} value={list} onChange={onChange} />
    return <TagsInput {...shared} placeholder={list.length ? undefined : 'Type and Enter'} data={known} value={list} onChange={onChange} />
  }
  if (field === 'value') {
    return (
      <NumberInput
        {...shared}
        min={0}
        decimalScale={2}
        thousandSeparator=" "
        hideControls
        suffix={` ${currency}`}
        value={value === '' || value === undefined ? '' : Number(value)}
        onChange={next => onChange(next === '' ? '' : Number(next))}
      />
    )
  }
  if (choices) return <Select {...shared} data={choices} value={String(value ?? '') || null} onChange={next => onChange(next ?? '')} />
  if (op === 'gt' || op === 'lt') return <NumberInput {...shared} hideControls value={value === '' ? '' : Number(value)} onChange={next => onChange(next === '' ? '' : Number(next))} />
  return <TextInput {...shared} list={known ? 'rule-sources' : undefined} value={String(value ?? '')} onChange={event => onChange(event.currentTarget.value)} />
}

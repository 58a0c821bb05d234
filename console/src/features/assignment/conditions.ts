// What a routing rule may ask, and how it is said in a sentence.
import type { ConditionOp, RuleCondition } from '@/api/types'

export interface ConditionKind {
  value: string
  label: string
  ops: ConditionOp[]
}

const TEXT: ConditionOp[] = ['eq', 'neq', 'in', 'contains', 'startsWith', 'exists']

export const KINDS: ConditionKind[] = [
  { value: 'source', label: 'Source', ops: TEXT },
  { value: 'country', label: 'Country', ops: ['eq', 'neq', 'in', 'exists'] },
  { value: 'stage', label: 'Stage', ops: ['eq', 'neq', 'in'] },
  { value: 'status', label: 'Status', ops: ['eq', 'neq', 'in'] },
  { value: 'company', label: 'Company', ops: TEXT },
  { value: 'email', label: 'Email', ops: TEXT },
  { value: 'value', label: 'Value', ops: ['gt', 'lt', 'eq', 'exists'] },
  { value: 'custom', label: 'Custom field', ops: [...TEXT, 'gt', 'lt'] },
]

export const OP_LABELS: Record<ConditionOp, string> = {
  eq: 'is',
  neq: 'is not',
  in: 'is one of',
  contains: 'contains',
  startsWith: 'starts with',
  exists: 'is filled in',
  gt: 'is above',
  lt: 'is below',
}

export const kindOf = (field: string) => KINDS.find(kind => kind.value === field) ?? KINDS.at(-1)!

export const isCustom = (field: string) => field === 'custom' || field.startsWith('custom.')

export const newCondition = (): RuleCondition => ({ field: 'source', op: 'eq', value: '' })

/** Another field may not know the operator, another operator takes another kind of value. */
export function changeField(condition: RuleCondition, field: string): RuleCondition {
  const ops = kindOf(field).ops
  const op = ops.includes(condition.op) ? condition.op : ops[0]!
  return { field: field === 'custom' ? 'custom.' : field, op, value: emptyValue(op) }
}

export const changeOp = (condition: RuleCondition, op: ConditionOp): RuleCondition => ({
  ...condition,
  op,
  value: Array.isArray(condition.value) === (op === 'in') && op !== 'exists' && condition.op !== 'exists' ? condition.value : emptyValue(op),
})

const emptyValue = (op: ConditionOp): unknown => (op === 'in' ? [] : op === 'exists' ? true : '')

export function conditionProblem({ field, op, value }: RuleCondition): string | undefined {
  if (field === 'custom.' || field === 'custom') return 'Name the custom field'
  if (op === 'exists') return undefined
  if (Array.isArray(value) ? value.length === 0 : value === '' || value === undefined || value === null) return 'Enter a value'
  return undefined
}

export function describeCondition({ field, op, value }: RuleCondition, show: (field: string, value: unknown) => string = (_, value) => String(value)): string {
  const name = isCustom(field) ? field.slice('custom.'.length) || 'custom field' : kindOf(field).label
  if (op === 'exists') return `${name} is ${value === false || value === 'false' ? 'empty' : 'filled in'}`
  const text = Array.isArray(value) ? value.map(entry => show(field, entry)).join(', ') : show(field, value)
  return `${name} ${OP_LABELS[op] ?? op} ${text}`
}

/** A list moved by one item, for dragging and for the keyboard. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list]
  const [item] = next.splice(from, 1)
  if (item !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, item)
  return next
}

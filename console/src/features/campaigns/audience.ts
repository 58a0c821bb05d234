// The audience as a person builds it (a list of conditions) and as the API takes it (one filter).
import type { Audience, AudienceFilter, LeadStatus } from '@/api/types'
import { dayOf, zonedToInstant } from '@/lib/format'
import { nextDay } from '@/features/leads/lead-search'

export const CONDITION_FIELDS = ['status', 'stageIds', 'ownerIds', 'sources', 'createdFrom', 'createdTo', 'importId', 'q'] as const
export type ConditionField = (typeof CONDITION_FIELDS)[number]

export interface Condition {
  field: ConditionField
  values: string[]
}

export const FIELD_LABELS: Record<ConditionField, string> = {
  status: 'Status',
  stageIds: 'Stage',
  ownerIds: 'Owner',
  sources: 'Source',
  createdFrom: 'Created on or after',
  createdTo: 'Created on or before',
  importId: 'Import',
  q: 'Name, email or company contains',
}

const MANY: ReadonlySet<ConditionField> = new Set(['status', 'stageIds', 'ownerIds', 'sources'])
export const takesMany = (field: ConditionField) => MANY.has(field)

/** A field can be asked for once; more values of it are alternatives. */
export const unusedFields = (conditions: readonly Condition[]) => CONDITION_FIELDS.filter(field => conditions.every(condition => condition.field !== field))

export function toConditions(filter: AudienceFilter | null | undefined, zone: string): Condition[] {
  if (!filter) return []
  const conditions: Condition[] = []
  for (const field of CONDITION_FIELDS) {
    const value = filter[field]
    if (value === undefined || value === null || value.length === 0) continue
    if (Array.isArray(value)) conditions.push({ field, values: [...value] })
    else if (field === 'createdFrom') conditions.push({ field, values: [dayOf(value, zone)] })
    // The end is exclusive on the wire; a person thinks of the last day that counts.
    else if (field === 'createdTo') conditions.push({ field, values: [dayOf(new Date(Date.parse(value) - 1), zone)] })
    else conditions.push({ field, values: [value] })
  }
  return conditions
}

export function toFilter(conditions: readonly Condition[], zone: string): AudienceFilter {
  const filter: AudienceFilter = {}
  for (const { field, values } of conditions) {
    const filled = values.map(value => value.trim()).filter(Boolean)
    const [first] = filled
    if (first === undefined) continue
    if (field === 'status') filter.status = filled as LeadStatus[]
    else if (field === 'stageIds' || field === 'ownerIds' || field === 'sources') filter[field] = filled
    else if (field === 'createdFrom') filter.createdFrom = zonedToInstant(first, zone)
    else if (field === 'createdTo') filter.createdTo = zonedToInstant(nextDay(first), zone)
    else filter[field] = first
  }
  return filter
}

export function toAudience(include: readonly Condition[], exclude: readonly Condition[], zone: string): Audience {
  const out = toFilter(exclude, zone)
  return { leadFilter: toFilter(include, zone), ...(Object.keys(out).length > 0 ? { exclude: out } : {}) }
}

export const setCondition = (conditions: readonly Condition[], field: ConditionField, values: string[]) =>
  conditions.map(condition => (condition.field === field ? { field, values } : condition))

export const removeCondition = (conditions: readonly Condition[], field: ConditionField) => conditions.filter(condition => condition.field !== field)

export function addCondition(conditions: readonly Condition[], field: ConditionField): Condition[] {
  return conditions.some(condition => condition.field === field) ? [...conditions] : [...conditions, { field, values: [] }]
}

/** "Status is New or Working and Source is Referral" */
export function describe(conditions: readonly Condition[], name: (field: ConditionField, value: string) => string): string {
  const parts = conditions
    .filter(condition => condition.values.some(Boolean))
    .map(({ field, values }) => {
      const text = values.map(value => name(field, value)).join(' or ')
      return takesMany(field) || field === 'importId' ? `${FIELD_LABELS[field].toLowerCase()} is ${text}` : `${FIELD_LABELS[field].toLowerCase()} ${text}`
    })
  return parts.join(' and ')
}

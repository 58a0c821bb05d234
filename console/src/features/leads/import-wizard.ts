// What the import wizard knows and decides, without a screen.
import type { DuplicatePolicy, ImportField, ImportMapping, LeadImport, Stage } from '@/api/types'

export interface WizardColumn {
  index: number
  name: string
  sample: string[]
  field: ImportField | null
  customName: string
}

export interface WizardState {
  columns: WizardColumn[]
  hasHeader: boolean
  delimiter: string
  encoding: string
  defaultCountry: string
  duplicatePolicy: DuplicatePolicy
  stageMapping: Record<string, string>
}

export type WizardStep = 'map' | 'check' | 'progress' | 'result'

export const FIELD_LABELS: Record<ImportField, string> = {
  firstName: 'First name',
  lastName: 'Last name',
  fullName: 'Full name',
  company: 'Company',
  email: 'Email',
  email2: 'Second email',
  phone: 'Phone',
  phone2: 'Second phone',
  website: 'Website',
  country: 'Country',
  source: 'Source',
  stage: 'Stage',
  value: 'Value',
  currency: 'Currency',
  notes: 'Notes',
  createdAt: 'Created at',
  custom: 'Custom field',
}

/** Where the wizard stands follows from the import, so that a reload or a second tab stands at the same place. */
export function stepOf(item: Pick<LeadImport, 'status' | 'mapping'>, wanted?: 'map' | 'check'): WizardStep {
  switch (item.status) {
    case 'running':
      return 'progress'
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'undone':
      return 'result'
    case 'dry_running':
      return 'check'
    default:
      if (wanted === 'map' || !item.mapping?.columns?.length) return 'map'
      return item.status === 'ready' ? 'check' : 'map'
  }
}

export function initialState(item: LeadImport, stages: readonly Stage[], country: string): WizardState {
  const saved = new Map((item.mapping?.columns ?? []).map(column => [column.index, column]))
  const taken = new Set<ImportField>()
  const columns = item.columns.map(column => {
    const known = saved.get(column.index)
    const suggestion = known ? known.field : (column.suggestedField ?? null)
    // Two columns may look like the same field; the first one gets it.
    const field = suggestion && suggestion !== 'custom' && taken.has(suggestion) ? null : suggestion
    if (field) taken.add(field)
    return { index: column.index, name: column.name, sample: column.sample, field, customName: known?.customName ?? '' }
  })
  const state: WizardState = {
    columns,
    hasHeader: item.hasHeader,
    delimiter: item.delimiter,
    encoding: item.encoding,
    defaultCountry: item.mapping?.defaultCountry ?? country,
    duplicatePolicy: item.mapping?.duplicatePolicy ?? 'update',
    stageMapping: {},
  }
  return { ...state, stageMapping: { ...guessStages(stageValues(item, state), stages), ...item.mapping?.stageMapping } }
}

export function setField(state: WizardState, index: number, field: ImportField | null): WizardState {
  return {
    ...state,
    columns: state.columns.map(column => (column.index === index ? { ...column, field, customName: field === 'custom' ? column.customName || toCustomName(column.name) : '' } : column)),
  }
}

export function setCustomName(state: WizardState, index: number, customName: string): WizardState {
  return { ...state, columns: state.columns.map(column => (column.index === index ? { ...column, customName } : column)) }
}

export function toCustomName(name: string) {
  const words = name.normalize('NFKC').trim().toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  return words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
}

/** What is wrong with one column, by its index. `-1` is about the mapping as a whole. */
export function mappingProblems(state: WizardState): Map<number, string> {
  const problems = new Map<number, string>()
  const first = new Map<string, string>()
  for (const column of state.columns) {
    if (!column.field) continue
    if (column.field === 'custom' && !column.customName.trim()) {
      problems.set(column.index, 'Give the custom field a name')
      continue
    }
    const key = column.field === 'custom' ? `custom.${column.customName.trim()}` : column.field
    const other = first.get(key)
    if (other === undefined) first.set(key, column.name)
    else problems.set(column.index, `“${other}” already fills this field`)
  }
  if (!['email', 'email2', 'phone', 'phone2'].some(field => first.has(field))) problems.set(-1, 'Map at least one column to Email or Phone: a lead needs a way to be reached.')
  return problems
}

/** The different values seen in the column that is the stage. */
export function stageValues(item: LeadImport, state: WizardState): string[] {
  const column = state.columns.find(entry => entry.field === 'stage')
  if (!column) return []
  const at = item.columns.findIndex(entry => entry.index === column.index)
  const values = [...column.sample, ...(item.preview ?? []).map(row => row[at] ?? '')].map(value => value.trim()).filter(Boolean)
  return [...new Set([...values, ...Object.keys(item.mapping?.stageMapping ?? {})])]
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** A stage of the same name, or won and lost under their many names. */
export function guessStages(values: readonly string[], stages: readonly Stage[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const value of values) {
    const key = plain(value)
    const status = key.endsWith('won') ? 'won' : key.endsWith('lost') ? 'lost' : undefined
    const stage = stages.find(entry => plain(entry.name) === key) ?? (status ? stages.find(entry => entry.status === status) : undefined)
    if (stage) found[value] = stage.id
  }
  return found
}

export function toMapping(state: WizardState): ImportMapping {
  const hasStage = state.columns.some(column => column.field === 'stage')
  return {
    columns: state.columns.map(column => ({ index: column.index, field: column.field, ...(column.field === 'custom' ? { customName: column.customName.trim() } : {}) })),
    hasHeader: state.hasHeader,
    delimiter: state.delimiter,
    encoding: state.encoding,
    ...(state.defaultCountry ? { defaultCountry: state.defaultCountry.toUpperCase() } : {}),
    duplicatePolicy: state.duplicatePolicy,
    ...(hasStage ? { stageMapping: Object.fromEntries(Object.entries(state.stageMapping).filter(([, id]) => id)) } : {}),
  }
}

const DELIMITERS: Record<string, string> = { ',': 'Comma', ';': 'Semicolon', '\t': 'Tab', '|': 'Pipe' }

export const delimiterName = (delimiter: string) => DELIMITERS[delimiter] ?? delimiter
export const delimiterChoices = (current: string) => [...new Set([...Object.keys(DELIMITERS), current])].filter(Boolean).map(value => ({ value, label: delimiterName(value) }))

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'windows-1250', 'windows-1251', 'windows-1253', 'windows-1254', 'windows-1257', 'iso-8859-1', 'iso-8859-2', 'iso-8859-15', 'macintosh']
export const encodingChoices = (current: string) => [...new Set([current, ...ENCODINGS.filter(value => value.toLowerCase() !== current.toLowerCase())])].filter(Boolean)

/** Seconds until the end, from the rows done so far. */
export function secondsLeft(item: Pick<LeadImport, 'rowsTotal' | 'rowsDone' | 'startedAt'>, now = Date.now()) {
  if (!item.startedAt || !item.rowsTotal || item.rowsDone <= 0) return undefined
  const passed = (now - new Date(item.startedAt).getTime()) / 1000
  return passed <= 0 ? undefined : Math.max(0, (passed / item.rowsDone) * (item.rowsTotal - item.rowsDone))
}

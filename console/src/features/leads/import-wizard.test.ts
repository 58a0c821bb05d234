import { expect, test } from 'vitest'
import type { LeadImport, Stage } from '@/api/types'
import { guessStages, initialState, mappingProblems, secondsLeft, setCustomName, setField, stageValues, stepOf, toCustomName, toMapping } from './import-wizard'

const stages: Stage[] = [
  { id: 's-new', name: 'New', position: 1, probability: 5, status: 'new' },
  { id: 's-won', name: 'Signed', position: 2, probability: 100, status: 'won' },
  { id: 's-lost', name: 'Lost', position: 3, probability: 0, status: 'lost' },
]

const item = (part: Partial<LeadImport> = {}): LeadImport => ({
  id: 'i', fileName: 'a.csv', size: 10, status: 'uploaded', encoding: 'utf-8', delimiter: ';', hasHeader: true,
  columns: [
    { index: 0, name: 'First', sample: ['Ada'], suggestedField: 'firstName' },
    { index: 1, name: 'Mail', sample: ['ada@example.com'], suggestedField: 'email' },
    { index: 2, name: 'Mail again', sample: [], suggestedField: 'email' },
    { index: 3, name: 'Deal Stage', sample: ['Closed Won', 'On Hold'], suggestedField: 'stage' },
    { index: 4, name: 'Roof area (m²)', sample: ['120'], suggestedField: null },
  ],
  preview: [['Ada', 'ada@example.com', '', ' Closed Lost ', '120'], ['Bo', 'bo@example.com', '', 'Closed Won', '']],
  mapping: null, rowsTotal: null, rowsDone: 0, created: 0, updated: 0, duplicates: 0, rejected: 0, percent: 0, createdAt: '2026-01-01T00:00:00Z', ...part,
})

const start = (part?: Partial<LeadImport>) => initialState(item(part), stages, 'DE')

test('suggestions become the mapping, and one field is given to one column only', () => {
  expect(start().columns.map(column => column.field)).toEqual(['firstName', 'email', null, 'stage', null])
  expect(start()).toMatchObject({ delimiter: ';', defaultCountry: 'DE', duplicatePolicy: 'update' })
})

test('a mapping saved before wins over suggestions, including columns left out on purpose', () => {
  const state = start({ mapping: { columns: [{ index: 0, field: null }, { index: 1, field: 'email2' }, { index: 4, field: 'custom', customName: 'roof' }], duplicatePolicy: 'skip', defaultCountry: 'SE' } })
  expect(state.columns.map(column => column.field)).toEqual([null, 'email2', 'email', 'stage', 'custom'])
  expect(state.columns[4]?.customName).toBe('roof')
  expect(state).toMatchObject({ duplicatePolicy: 'skip', defaultCountry: 'SE' })
})

test('stage values come from samples and preview without repeats, and obvious ones are guessed', () => {
  const state = start()
  expect(stageValues(item(), state)).toEqual(['Closed Won', 'On Hold', 'Closed Lost'])
  expect(state.stageMapping).toEqual({ 'Closed Won': 's-won', 'Closed Lost': 's-lost' })
  expect(guessStages(['new', 'NEW ', 'elsewhere'], stages)).toEqual({ new: 's-new', 'NEW ': 's-new' })
})

test('without an email or phone nothing can be imported, and the wizard says so', () => {
  const state = setField(start(), 1, null)
  expect(mappingProblems(state).get(-1)).toMatch(/Email or Phone/)
  expect(mappingProblems(setField(state, 1, 'phone')).size).toBe(0)
})

test('two columns cannot fill one field; two custom fields can, under two names', () => {
  expect(mappingProblems(setField(start(), 2, 'email')).get(2)).toBe('“Mail” already fills this field')
  const custom = setField(setField(start(), 4, 'custom'), 2, 'custom')
  expect(mappingProblems(custom).size).toBe(0)
  expect(mappingProblems(setCustomName(custom, 2, 'roofAreaM2')).size).toBe(1)
  expect(mappingProblems(setCustomName(custom, 2, ' ')).get(2)).toBe('Give the custom field a name')
})

test('a custom field gets a name made from its header', () => {
  expect(setField(start(), 4, 'custom').columns[4]?.customName).toBe('roofAreaM2')
  expect(toCustomName('  Größe in qm ')).toBe('größeInQm')
})

test('what is sent is what was chosen: custom names only where they belong, open stages left out', () => {
  const state = setField(start(), 4, 'custom')
  expect(toMapping({ ...state, defaultCountry: 'se', stageMapping: { ...state.stageMapping, 'On Hold': '' } })).toEqual({
    columns: [{ index: 0, field: 'firstName' }, { index: 1, field: 'email' }, { index: 2, field: null }, { index: 3, field: 'stage' }, { index: 4, field: 'custom', customName: 'roofAreaM2' }],
    hasHeader: true, delimiter: ';', encoding: 'utf-8', defaultCountry: 'SE', duplicatePolicy: 'update',
    stageMapping: { 'Closed Won': 's-won', 'Closed Lost': 's-lost' },
  })
  expect(toMapping(setField(state, 3, null))).not.toHaveProperty('stageMapping')
})

test('the step follows from the import, so that a reload stands at the same place', () => {
  const mapping = { columns: [{ index: 0, field: 'email' as const }], duplicatePolicy: 'skip' as const }
  expect(stepOf({ status: 'uploaded' })).toBe('map')
  expect(stepOf({ status: 'ready', mapping })).toBe('check')
  expect(stepOf({ status: 'ready', mapping }, 'map')).toBe('map')
  expect(stepOf({ status: 'uploaded' }, 'check')).toBe('map')
  expect(stepOf({ status: 'running', mapping }, 'map')).toBe('progress')
  for (const status of ['completed', 'failed', 'cancelled', 'undone'] as const) expect(stepOf({ status, mapping }, 'map')).toBe('result')
})

test('the time left follows the pace so far, and is not guessed from nothing', () => {
  const now = Date.parse('2026-01-01T00:01:00Z')
  expect(secondsLeft({ rowsTotal: 1000, rowsDone: 250, startedAt: '2026-01-01T00:00:00Z' }, now)).toBe(180)
  expect(secondsLeft({ rowsTotal: 1000, rowsDone: 0, startedAt: '2026-01-01T00:00:00Z' }, now)).toBeUndefined()
  expect(secondsLeft({ rowsTotal: null, rowsDone: 5, startedAt: null }, now)).toBeUndefined()
})

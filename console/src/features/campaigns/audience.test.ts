import { expect, test } from 'vitest'
import { addCondition, describe as say, removeCondition, setCondition, toAudience, toConditions, toFilter, unusedFields, type Condition } from './audience'

const zone = 'Europe/Berlin'

test('conditions become one filter; empty ones ask nothing', () => {
  const conditions: Condition[] = [
    { field: 'status', values: ['new', 'working'] },
    { field: 'sources', values: [] },
    { field: 'q', values: ['  gmbh '] },
    { field: 'importId', values: [''] },
  ]
  expect(toFilter(conditions, zone)).toEqual({ status: ['new', 'working'], q: 'gmbh' })
})

test('the last day counts as a whole, in the workspace’s zone', () => {
  const filter = toFilter([{ field: 'createdFrom', values: ['2026-03-01'] }, { field: 'createdTo', values: ['2026-03-31'] }], zone)
  expect(filter).toEqual({ createdFrom: '2026-02-28T23:00:00.000Z', createdTo: '2026-03-31T22:00:00.000Z' })
})

test('a saved filter comes back as the conditions it was built from', () => {
  const conditions: Condition[] = [
    { field: 'stageIds', values: ['a', 'b'] },
    { field: 'createdFrom', values: ['2026-03-01'] },
    { field: 'createdTo', values: ['2026-03-31'] },
    { field: 'q', values: ['roof'] },
  ]
  expect(toConditions(toFilter(conditions, zone), zone)).toEqual(conditions)
  expect(toConditions(undefined, zone)).toEqual([])
  expect(toConditions({ status: [] }, zone)).toEqual([])
})

test('an audience without exclusions does not mention them', () => {
  expect(toAudience([], [], zone)).toEqual({ leadFilter: {} })
  expect(toAudience([], [{ field: 'status', values: ['lost'] }], zone)).toEqual({ leadFilter: {}, exclude: { status: ['lost'] } })
})

test('a field is asked for once', () => {
  const one = addCondition([], 'status')
  expect(addCondition(one, 'status')).toEqual(one)
  expect(unusedFields(one)).not.toContain('status')
  expect(unusedFields(removeCondition(one, 'status'))).toContain('status')
  expect(setCondition(one, 'status', ['won'])).toEqual([{ field: 'status', values: ['won'] }])
})

test('the audience can be said in a sentence', () => {
  const name = (_: string, value: string) => ({ new: 'New', won: 'Won', x: 'Referral' })[value] ?? value
  expect(say([{ field: 'status', values: ['new', 'won'] }, { field: 'sources', values: ['x'] }, { field: 'createdFrom', values: ['2026-01-01'] }, { field: 'q', values: [] }], name)).toBe(
    'status is New or Won and source is Referral and created on or after 2026-01-01',
  )
})

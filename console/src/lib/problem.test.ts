import { expect, test } from 'vitest'
import { ApiProblem, explain, normaliseField, toFormErrors } from './problem'

const problem = (extra: object) => new ApiProblem({ title: 'Check the fields', status: 422, ...extra })

test('errors land on the fields of the form, however the server spells their names', () => {
  const error = problem({ errors: { Email: ['Not an address.'], '$.sender.fromName': ['Too long.'], 'Stages[0].Name': ['Empty.'] } })
  expect(toFormErrors(error, ['email', 'sender.fromName', 'stages.0.name'])).toEqual({
    fields: { email: 'Not an address.', 'sender.fromName': 'Too long.', 'stages.0.name': 'Empty.' },
    rest: undefined,
  })
})

test('an error the form has no field for is said above the buttons, not lost', () => {
  const error = problem({ errors: { email: ['Taken.'], planId: ['Unknown.'] } })
  expect(toFormErrors(error, ['email'])).toEqual({ fields: { email: 'Taken.' }, rest: 'planId: Unknown.' })
})

test('a problem without field errors becomes one sentence that says what to do', () => {
  expect(toFormErrors(problem({ detail: 'The name is taken.' }), ['name'])).toEqual({ fields: {}, rest: 'The name is taken.' })
  expect(toFormErrors(problem({ code: 'stale_version', status: 412, detail: 'x' }), []).rest).toMatch(/changed this in the meantime/)
})

test('several messages of one field are all shown', () => {
  expect(toFormErrors(problem({ errors: { password: ['Too short.', 'Too common.'] } }), ['password']).fields.password).toBe('Too short. Too common.')
})

test('an explanation carries the trace id and falls back by status', () => {
  expect(explain(problem({ status: 500, traceId: 'abc' }))).toEqual({ title: 'Check the fields', advice: 'The server could not finish this. Try again in a moment.', traceId: 'abc' })
  expect(explain(problem({ status: 429 })).advice).toMatch(/Wait a moment/)
  expect(explain(new Error('boom'))).toEqual({ title: 'Something went wrong', advice: 'boom' })
})

test.each([
  ['Email', 'email'],
  ['$.audience.leadFilter', 'audience.leadFilter'],
  ['Columns[2].CustomName', 'columns.2.customName'],
  ['$', ''],
])('%s is the field %s', (key, field) => {
  expect(normaliseField(key)).toBe(field)
})

import { expect, test } from 'vitest'
import { changeField, changeOp, conditionProblem, describeCondition, moved } from './conditions'

test('a change of field keeps the comparison where it makes sense', () => {
  expect(changeField({ field: 'source', op: 'contains', value: 'x' }, 'company')).toEqual({ field: 'company', op: 'contains', value: '' })
  expect(changeField({ field: 'source', op: 'contains', value: 'x' }, 'value')).toEqual({ field: 'value', op: 'gt', value: '' })
  expect(changeField({ field: 'source', op: 'in', value: ['x'] }, 'country')).toEqual({ field: 'country', op: 'in', value: [] })
})

test('a change of comparison keeps a value of the same kind', () => {
  expect(changeOp({ field: 'source', op: 'eq', value: 'x' }, 'contains').value).toBe('x')
  expect(changeOp({ field: 'source', op: 'eq', value: 'x' }, 'in').value).toEqual([])
  expect(changeOp({ field: 'source', op: 'eq', value: 'x' }, 'exists').value).toBe(true)
  expect(changeOp({ field: 'source', op: 'exists', value: true }, 'eq').value).toBe('')
})

test('a condition that asks nothing is refused', () => {
  expect(conditionProblem({ field: 'source', op: 'eq', value: '' })).toBe('Enter a value')
  expect(conditionProblem({ field: 'source', op: 'in', value: [] })).toBe('Enter a value')
  expect(conditionProblem({ field: 'custom.', op: 'eq', value: 'x' })).toBe('Name the custom field')
  expect(conditionProblem({ field: 'email', op: 'exists' })).toBeUndefined()
  expect(conditionProblem({ field: 'value', op: 'gt', value: 0 })).toBeUndefined()
})

test('conditions read as sentences', () => {
  expect(describeCondition({ field: 'source', op: 'in', value: ['Referral', 'Partner'] })).toBe('Source is one of Referral, Partner')
  expect(describeCondition({ field: 'custom.roofArea', op: 'gt', value: 100 })).toBe('roofArea is above 100')
  expect(describeCondition({ field: 'email', op: 'exists', value: false })).toBe('Email is empty')
})

test('a rule moves up, down, and not past the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  expect(moved(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b'])
})

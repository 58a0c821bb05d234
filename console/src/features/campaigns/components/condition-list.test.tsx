import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { json, renderApp } from '@/testing/render'
import type { Condition } from '../audience'
import { ConditionList } from './condition-list'

const answers: Record<string, unknown> = {
  '/api/leads/sources': [{ name: 'Referral', count: 3 }],
  '/api/leads/pipelines': [{ id: 'p', name: 'Sales', isDefault: true, stages: [{ id: 's1', name: 'New', position: 0, probability: 5, status: 'new' }] }],
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (url: string) => json(answers[url.split('?')[0]!] ?? { data: [], next: null }))
})

function show(initial: Condition[], readOnly = false) {
  const seen: Condition[][] = []
  function Host() {
    const [conditions, setConditions] = useState(initial)
    return <ConditionList name="Include" conditions={conditions} readOnly={readOnly} onChange={next => { seen.push(next); setConditions(next) }} />
  }
  renderApp(<Host />)
  return seen
}

test('a condition is added, filled and removed', async () => {
  const seen = show([])
  await userEvent.click(screen.getByRole('button', { name: 'Add include condition' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Status' }))
  const [input] = screen.getAllByLabelText('Include status')
  await userEvent.click(input!)
  await userEvent.click(await screen.findByRole('option', { name: 'Working' }))
  expect(seen.at(-1)).toEqual([{ field: 'status', values: ['working'] }])
  await userEvent.click(screen.getByRole('button', { name: 'Remove condition Status' }))
  expect(seen.at(-1)).toEqual([])
})

test('a field in use is not offered a second time', async () => {
  show([{ field: 'status', values: ['new'] }])
  await userEvent.click(screen.getByRole('button', { name: 'Add include condition' }))
  const menu = await screen.findByRole('menu')
  expect(within(menu).queryByRole('menuitem', { name: 'Status' })).toBeNull()
  expect(within(menu).getByRole('menuitem', { name: 'Source' })).toBeVisible()
})

test('a value that is no longer a choice stays visible, so that it can be removed', () => {
  show([{ field: 'sources', values: ['Fair 2019'] }])
  expect(screen.getAllByText('Fair 2019')[0]).toBeVisible()
})

test('without the right to change there is nothing to press', () => {
  show([{ field: 'q', values: ['roof'] }], true)
  expect(screen.queryByRole('button', { name: /condition/ })).toBeNull()
  expect(screen.getByLabelText(/^Include name/)).toHaveValue('roof')
})

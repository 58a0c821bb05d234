import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Campaign } from '@/api/types'
import { json } from '@/testing/render'
import { useDraft } from './use-draft'

const campaign = { id: 'c', name: 'A', version: 1, status: 'draft', channel: 'email', brandId: 'b', subject: '', html: '', audience: { leadFilter: {} }, createdAt: '' } as Campaign

let sent: { body: Record<string, unknown>; match: string | null }[]
let answer: () => Response | Promise<Response>

beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    sent.push({ body: JSON.parse(String(init.body)), match: new Headers(init.headers).get('if-match') })
    return answer()
  })
})

const start = () =>
  renderHook(() => useDraft(campaign), { wrapper: ({ children }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider> }).result

test('changes made together are saved together, and each save carries the version of the one before', async () => {
  let version = 1
  answer = () => json({ ...campaign, version: ++version })
  const draft = start()
  act(() => {
    draft.current.change({ name: 'B' })
    draft.current.change({ subject: 'Hi' })
  })
  await act(() => draft.current.flush())
  act(() => draft.current.change({ name: 'C' }))
  await act(() => draft.current.flush())
  expect(sent).toEqual([
    { body: { name: 'B', subject: 'Hi' }, match: '"1"' },
    { body: { name: 'C' }, match: '"2"' },
  ])
  expect(draft.current.state).toBe('saved')
})

test('a save that fails keeps what was typed and sends it with the next change', async () => {
  answer = () => json({ title: 'Down', status: 503 }, 503)
  const draft = start()
  act(() => draft.current.change({ name: 'B' }))
  expect(await act(() => draft.current.flush())).toBe(false)
  expect(draft.current.state).toBe('failed')
  answer = () => json({ ...campaign, version: 2 })
  act(() => draft.current.change({ subject: 'Hi' }))
  expect(await act(() => draft.current.flush())).toBe(true)
  expect(sent.at(-1)?.body).toEqual({ name: 'B', subject: 'Hi' })
})

test('somebody else’s change is noticed, not overwritten', async () => {
  answer = () => json({ title: 'Stale', status: 412, code: 'stale_version' }, 412)
  const draft = start()
  act(() => draft.current.change({ name: 'B' }))
  await act(() => draft.current.flush())
  expect(draft.current.state).toBe('stale')
  act(() => draft.current.change({ name: 'C' }))
  expect(draft.current.state).toBe('stale')
})

test('nothing to save sends nothing', async () => {
  answer = () => json(campaign)
  const draft = start()
  expect(await act(() => draft.current.flush())).toBe(true)
  expect(sent).toEqual([])
})

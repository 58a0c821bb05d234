import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { json, renderApp } from '@/testing/render'
import { ApiKeysSection } from '../components/api-keys-section'
import { SecondFactorSection } from '../components/second-factor-section'

const calls: { method: string; path: string; body?: unknown }[] = []
let answers: Record<string, () => Response>

vi.mock('@/lib/auth/permissions', () => ({ useSession: () => ({ user: { id: 'u', email: 'ada@example.com', name: 'Ada' }, permissions: ['leads:read'], tenant: { timeZone: 'UTC', currency: 'EUR' } }), useCan: () => true, can: () => true }))

beforeEach(() => {
  calls.length = 0
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const method = init.method ?? 'GET'
    calls.push({ method, path, body: init.body ? JSON.parse(String(init.body)) : undefined })
    const answer = answers[`${method} ${path.split('?')[0]}`]
    return answer ? answer() : json({ title: 'Not found', status: 404 }, 404)
  })
})

test('a second factor is turned on with password and code, and the recovery codes cannot be overlooked', async () => {
  answers = {
    'GET /api/identity/second-factor': () => json({ enabled: false, recoveryCodesLeft: 0 }),
    'POST /api/identity/second-factor/totp': () => json({ secret: 'ABCDEFGH', uri: 'otpauth://totp/Tideline:ada' }),
    'POST /api/identity/second-factor/totp/confirm': () =>
      json({ recoveryCodes: ['aaaaa-bbbbb', 'ccccc-ddddd'], session: { accessToken: 'new', expiresIn: 900, user: { id: 'u', email: 'ada@example.com', name: 'Ada' }, permissions: [] } }),
  }
  renderApp(<SecondFactorSection />)
  await userEvent.click(await screen.findByRole('button', { name: 'Use an authenticator app' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.type(await within(dialog).findByLabelText('Your password'), 'secret words')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Continue' }))
  expect(await within(dialog).findByText('ABCD EFGH')).toBeVisible()
  await userEvent.type(within(dialog).getByLabelText('Code that the app shows'), '123456')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Turn it on' }))
  expect(await within(dialog).findByText(/aaaaa-bbbbb/)).toBeVisible()
  expect(within(dialog).getByRole('button', { name: 'Done' })).toBeDisabled()
  await userEvent.click(within(dialog).getByLabelText('I have kept the codes'))
  expect(within(dialog).getByRole('button', { name: 'Done' })).toBeEnabled()
  expect(calls.filter(call => call.method === 'POST').map(call => call.body)).toEqual([{ password: 'secret words' }, { code: '123456' }])
})

test('a key is offered for what one may do oneself, and shown once', async () => {
  answers = {
    'GET /api/identity/api-keys': () => json({ data: [], next: null }),
    'GET /api/identity/permissions': () => json([{ name: 'leads:read', meaning: 'See leads' }, { name: 'leads:write', meaning: 'Change leads' }]),
    'POST /api/identity/api-keys': () => json({ id: 'k', key: 'tl_live_secret' }, 201),
  }
  renderApp(<ApiKeysSection />)
  await userEvent.click(await screen.findByRole('button', { name: 'New key' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.type(await within(dialog).findByLabelText('What is it for?'), 'Shop')
  expect(within(dialog).queryByLabelText('Change leads')).toBeNull()
  await userEvent.click(await within(dialog).findByLabelText('See leads'))
  await userEvent.click(within(dialog).getByRole('button', { name: 'Make key' }))
  expect(await within(dialog).findByText('tl_live_secret')).toBeVisible()
  expect(calls.find(call => call.method === 'POST')?.body).toMatchObject({ name: 'Shop', permissions: ['leads:read'] })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json } from '@/testing/render'

type Handler = (path: string, init: RequestInit) => Response | Promise<Response>

const session = (accessToken: string, expiresIn = 900) => ({
  accessToken,
  expiresIn,
  user: { id: 'u', email: 'u@example.com', name: 'U' },
  tenant: { id: 't', name: 'T', currency: 'EUR', country: 'DE', timeZone: 'UTC' },
  role: 'owner',
  permissions: [],
})

let calls: string[]
let handler: Handler

/** Each test gets modules of its own: the session lives in one. */
async function load() {
  vi.resetModules()
  return { ...(await import('./session')), ...(await import('@/lib/api-client')) }
}

beforeEach(() => {
  calls = []
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    calls.push(`${init.method ?? 'GET'} ${path}`)
    return handler(path, init)
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const bearer = (init: RequestInit) => new Headers(init.headers).get('authorization')
const refreshes = () => calls.filter(call => call === 'POST /api/identity/refresh').length

test('the cookie is exchanged once, however many ask at the same time', async () => {
  const { refresh } = await load()
  handler = async () => {
    await new Promise(resolve => setTimeout(resolve, 10))
    return json(session('a'))
  }
  const answers = await Promise.all([refresh(), refresh(), refresh()])
  expect(refreshes()).toBe(1)
  expect(answers.map(answer => answer?.accessToken)).toEqual(['a', 'a', 'a'])
})

test('the exchange says that it comes from the console, so that the token travels as a cookie', async () => {
  const { refresh } = await load()
  let client: string | null = null
  handler = (_, init) => {
    client = new Headers(init.headers).get('x-tideline-client')
    return json(session('a'))
  }
  await refresh()
  expect(client).toBe('console')
})

test('requests that meet an expired token renew it once and are sent again with the new one', async () => {
  const { api, signedIn } = await load()
  signedIn(session('old') as never)
  handler = (path, init) => {
    if (path.endsWith('/refresh')) return json(session('new'))
    return bearer(init) === 'Bearer new' ? json({ path }) : json({ title: 'Sign in', status: 401 }, 401)
  }
  const answers = await Promise.all([api.get('/api/a'), api.get('/api/b'), api.get('/api/c')])
  expect(answers).toEqual([{ path: '/api/a' }, { path: '/api/b' }, { path: '/api/c' }])
  expect(refreshes()).toBe(1)
})

test('a token about to expire is renewed before the request leaves', async () => {
  const { api, signedIn } = await load()
  signedIn(session('old', 5) as never)
  handler = (path, init) => (path.endsWith('/refresh') ? json(session('new')) : json({ token: bearer(init) }))
  expect(await api.get('/api/a')).toEqual({ token: 'Bearer new' })
})

test('a refused cookie signs out and the first failure is what the caller sees', async () => {
  const { api, signedIn, authState } = await load()
  signedIn(session('old') as never)
  handler = () => json({ title: 'Sign in', status: 401, code: 'unauthenticated' }, 401)
  await expect(api.get('/api/a')).rejects.toMatchObject({ status: 401 })
  expect(authState()).toEqual({ status: 'signedOut', expired: true })
})

test('a server that is down does not sign anybody out', async () => {
  const { refresh, signedIn, authState } = await load()
  signedIn(session('a') as never)
  handler = () => json({ title: 'Unavailable', status: 503 }, 503)
  expect(await refresh()).toBeNull()
  expect(authState().status).toBe('signedIn')
})

test('a first visit without a cookie ends signed out, not expired; without a server it says so', async () => {
  const first = await load()
  handler = () => json({ title: 'Sign in', status: 401 }, 401)
  expect(await first.settled()).toEqual({ status: 'signedOut', expired: false })

  const second = await load()
  handler = () => {
    throw new TypeError('failed to fetch')
  }
  expect((await second.settled()).status).toBe('unreachable')
})

test('the token is renewed by itself a minute before it ends', async () => {
  vi.useFakeTimers()
  const { signedIn, accessToken } = await load()
  handler = () => json(session('new'))
  signedIn(session('old', 300) as never)
  await vi.advanceTimersByTimeAsync(239_000)
  expect(refreshes()).toBe(0)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(refreshes()).toBe(1)
  expect(accessToken()).toBe('new')
})

test('while another tab holds the lock and shares its session, this one does not exchange the cookie again', async () => {
  let release = () => {}
  vi.stubGlobal('navigator', {
    ...navigator,
    locks: {
      request: async (_name: string, work: () => Promise<unknown>) => {
        await new Promise<void>(resolve => {
          release = resolve
        })
        return work()
      },
    },
  })
  const { refresh, signedIn } = await load()
  handler = () => json(session('own'))
  const waiting = refresh()
  signedIn(session('shared') as never)
  release()
  expect((await waiting)?.accessToken).toBe('shared')
  expect(refreshes()).toBe(0)
})

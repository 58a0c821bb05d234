import { useSyncExternalStore } from 'react'
import type { Session } from '@/api/types'
import { exchange, readJson } from '@/lib/http'
import { ApiProblem } from '@/lib/problem'

/** The access token lives here and nowhere else; the refresh token is a cookie that scripts cannot read. */
export type AuthState =
  | { status: 'loading' }
  | { status: 'unreachable'; problem: ApiProblem }
  | { status: 'signedOut'; expired: boolean }
  | { status: 'signedIn'; session: Session; expiresAt: number }

type TabMessage = { type: 'session'; session: Session; expiresAt: number } | { type: 'signedOut' }

const CONSOLE = { 'X-Tideline-Client': 'console' }
const EARLY_MS = 60_000

let state: AuthState = { status: 'loading' }
let inFlight: Promise<Session | null> | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<(state: AuthState) => void>()
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('tideline-session')

tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => {
  if (event.data.type === 'session') adopt(event.data.session, event.data.expiresAt)
  else set({ status: 'signedOut', expired: false })
})

if (typeof document !== 'undefined') {
  // Timers stand still in a sleeping tab; a token may be long gone when it wakes.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && state.status === 'signedIn' && state.expiresAt - Date.now() < EARLY_MS) void refresh()
  })
}

export const authState = () => state

export function onAuthChange(listener: (state: AuthState) => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useAuth = () => useSyncExternalStore(onAuthChange, authState)

function set(next: AuthState) {
  state = next
  clearTimeout(timer)
  if (next.status === 'signedIn') {
    const wait = Math.max(next.expiresAt - Date.now() - EARLY_MS, 5_000)
    timer = setTimeout(() => void refresh(), Math.min(wait, 2 ** 31 - 1))
  }
  for (const listener of listeners) listener(next)
}

function adopt(session: Session, expiresAt: number) {
  set({ status: 'signedIn', session, expiresAt })
}

/** Takes over a session the server has just given, in this tab and in the others. */
export function signedIn(session: Session) {
  const expiresAt = Date.now() + session.expiresIn * 1000
  adopt(session, expiresAt)
  tabs?.postMessage({ type: 'session', session, expiresAt } satisfies TabMessage)
}

/**
 * Exchanges the cookie for a new access token. However many requests meet an expired token, in however many tabs,
 * one exchange runs at a time: the cookie is rotated, and using an old one ends the session.
 */
export function refresh(): Promise<Session | null> {
  inFlight ??= exclusively(exchangeCookie).finally(() => {
    inFlight = null
  })
  return inFlight
}

function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const before = state
  return typeof navigator !== 'undefined' && navigator.locks
    ? (navigator.locks.request('tideline-refresh', async () => {
        // Another tab may have done it while this one waited for the lock.
        const shared = state !== before && state.status === 'signedIn' && state.expiresAt - Date.now() > EARLY_MS
        return shared ? (state as { session: Session }).session : work()
      }) as Promise<T>)
    : work()
}

async function exchangeCookie(): Promise<Session | null> {
  try {
    const response = await exchange('/api/identity/refresh', { method: 'POST', body: {}, headers: CONSOLE })
    const session = await readJson<Session>(response)
    signedIn(session)
    return session
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    const rejected = error.status >= 400 && error.status < 500 && error.status !== 429
    if (rejected) set({ status: 'signedOut', expired: state.status === 'signedIn' })
    else if (state.status !== 'signedIn') set({ status: 'unreachable', problem: error })
    else timer = setTimeout(() => void refresh(), 5_000)
    return null
  }
}

/** Resolves once it is known whether somebody is signed in. */
export async function settled(): Promise<AuthState> {
  if (state.status === 'loading') await refresh()
  return state
}

async function open(path: string, body: unknown, token?: string) {
  const session = await readJson<Session>(await exchange(path, { method: 'POST', body, headers: CONSOLE }, token))
  signedIn(session)
  return session
}

export const signIn = (body: { email: string; password: string; code?: string }) => open('/api/identity/sign-in', body)

export const register = (body: { email: string; password: string; name: string; tenantName: string }) => open('/api/identity/register', body)

export const acceptInvitation = (body: { token: string; name: string; password: string; code?: string }) => open('/api/identity/invitations/accept', body)

export const switchTenant = (tenantId: string) => open('/api/identity/switch-tenant', { tenantId }, accessToken())

/** All sessions end with the old password; this one goes on as a new one. */
export const changePassword = async (body: { currentPassword: string; newPassword: string }) => open('/api/identity/password/change', body, await freshToken())

/** Turns the second factor on. Everybody who came in without a code is out; this one goes on as a new session. */
export async function confirmTotp(code: string) {
  const response = await exchange('/api/identity/second-factor/totp/confirm', { method: 'POST', body: { code }, headers: CONSOLE }, await freshToken())
  const answer = await readJson<{ recoveryCodes: string[]; session: Session }>(response)
  signedIn(answer.session)
  return answer.recoveryCodes
}

export const accessToken = () => (state.status === 'signedIn' ? state.session.accessToken : undefined)

export async function signOut() {
  const token = accessToken()
  try {
    await exchange('/api/identity/sign-out', { method: 'POST', body: {}, headers: CONSOLE }, token)
  } finally {
    set({ status: 'signedOut', expired: false })
    tabs?.postMessage({ type: 'signedOut' } satisfies TabMessage)
  }
}

/** The token for the next request, renewed first when it is about to expire. */
export async function freshToken(): Promise<string | undefined> {
  if (state.status === 'signedIn' && state.expiresAt - Date.now() < 10_000) await refresh()
  return accessToken()
}

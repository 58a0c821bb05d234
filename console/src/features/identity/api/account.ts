import { queryOptions } from '@tanstack/react-query'
import type { Id, Instant, User } from '@/api/types'
import { api, getList } from '@/lib/api-client'
import { exchange } from '@/lib/http'

const base = '/api/identity'

/** For whoever is not signed in, and may not be able to. */
const anonymous = async (path: string, body: unknown) => {
  await exchange(base + path, { method: 'POST', body })
}

export const forgotPassword = (email: string) => anonymous('/password/forgot', { email: email.trim() })
export const resetPassword = (token: string, password: string) => anonymous('/password/reset', { token, password })
export const confirmEmail = (token: string) => anonymous('/email/confirm', { token })

export const sendVerification = () => api.ask<void>(`${base}/email/verification`, {})
export const changeEmail = (body: { email: string; password: string }) => api.ask<void>(`${base}/email/change`, body)

export interface SecondFactor {
  enabled: boolean
  enabledAt?: Instant | null
  recoveryCodesLeft: number
}

export interface TotpSecret {
  secret: string
  uri: string
}

export const secondFactorQuery = queryOptions({
  queryKey: ['identity', 'second-factor'],
  queryFn: ({ signal }) => api.get<SecondFactor>(`${base}/second-factor`, undefined, signal),
})

export const beginTotp = (password: string) => api.ask<TotpSecret>(`${base}/second-factor/totp`, { password })
export const replaceRecoveryCodes = (password: string) => api.ask<{ recoveryCodes: string[] }>(`${base}/second-factor/recovery-codes`, { password })
export const removeSecondFactor = (password: string) => api.ask<void>(`${base}/second-factor/remove`, { password })

export interface ApiKey {
  id: Id
  name: string
  prefix: string
  permissions: string[]
  userId: Id
  userName: string
  createdAt: Instant
  expiresAt: Instant
  lastUsedAt?: Instant | null
}

export const apiKeysQuery = queryOptions({
  queryKey: ['identity', 'api-keys'],
  queryFn: ({ signal }) => getList<ApiKey>(`${base}/api-keys`, { limit: 200 }, signal),
})

export const permissionsQuery = queryOptions({
  queryKey: ['identity', 'permissions'],
  queryFn: ({ signal }) => getList<{ name: string; meaning: string }>(`${base}/permissions`, undefined, signal),
  staleTime: 600_000,
})

export const createApiKey = (body: { name: string; permissions: string[]; expiresAt: string }) => api.ask<{ key: string }>(`${base}/api-keys`, body)
export const revokeApiKey = (id: Id) => api.delete(`${base}/api-keys/${id}`)

export interface SessionPlace {
  id: Id
  userAgent: string
  ip: string
  createdAt: Instant
  lastSeenAt: Instant
  isCurrent: boolean
}

export const sessionsQuery = queryOptions({
  queryKey: ['identity', 'sessions'],
  queryFn: ({ signal }) => getList<SessionPlace>(`${base}/sessions`, { limit: 200 }, signal),
})

export const revokeSession = (id: Id) => api.delete(`${base}/sessions/${id}`)
export const revokeOtherSessions = () => api.ask<void>(`${base}/sessions/revoke-others`, {})
export const changeName = (name: string) => api.patch<User>(`${base}/me`, { name })

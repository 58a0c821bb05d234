import { api } from '@/lib/api-client'
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

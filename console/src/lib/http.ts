import type { Problem } from '@/api/types'
import { ApiProblem } from './problem'

export type QueryValue = string | number | boolean | null | undefined
export type Query = Record<string, QueryValue>

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  body?: unknown
  /** Sent as If-Match: the edit fails with 412 when somebody else was faster. */
  version?: number
  signal?: AbortSignal
  headers?: Record<string, string>
}

export function withQuery(path: string, query?: Query) {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

/** One exchange, without any notion of who is signed in. */
export async function exchange(path: string, call: Call = {}, token?: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json', ...call.headers }
  if (token) headers.Authorization = `Bearer ${token}`
  if (call.body !== undefined) headers['Content-Type'] = 'application/json'
  if (call.version !== undefined) headers['If-Match'] = `"${call.version}"`
  let response: Response
  try {
    response = await fetch(withQuery(path, call.query), {
      method: call.method ?? 'GET',
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      credentials: 'same-origin',
      signal: call.signal,
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiProblem({ title: 'The server cannot be reached', status: 0, code: 'network' })
  }
  if (!response.ok) throw new ApiProblem(await readProblem(response))
  return response
}

export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '')
  return parseProblem(text, response.status, response.statusText)
}

export function parseProblem(text: string, status: number, statusText: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text)
    if (parsed && typeof parsed === 'object' && 'title' in parsed) return { ...(parsed as Problem), status }
  } catch {
    // A proxy in between may answer with HTML; the status is all there is then.
  }
  return { title: statusText || `The server answered ${status}`, status }
}

export async function readJson<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** `crypto.randomUUID` exists only in secure contexts; a console on a plain-http intranet is not one. */
export function newKey() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

import type { Page, Problem } from '@/api/types'
import { freshToken, refresh } from './auth/session'
import { exchange, newKey, parseProblem, readJson, withQuery, type Call, type Query } from './http'
import { ApiProblem } from './problem'

async function authorised(path: string, call: Call = {}): Promise<Response> {
  const token = await freshToken()
  try {
    return await exchange(path, call, token)
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error
    const session = await refresh()
    if (!session) throw error
    return exchange(path, call, session.accessToken)
  }
}

async function json<T>(path: string, call: Call): Promise<T> {
  return readJson<T>(await authorised(path, call))
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => json<T>(path, { query, signal }),
  /** Carries an idempotency key, so that a request repeated by the network is carried out once. */
  post: <T = void>(path: string, body: unknown = {}, signal?: AbortSignal) =>
    json<T>(path, { method: 'POST', body, signal, headers: { 'Idempotency-Key': newKey() } }),
  /** A question that is too long for a query string: nothing is created, so no idempotency key. */
  ask: <T>(path: string, body: unknown, signal?: AbortSignal) => json<T>(path, { method: 'POST', body, signal }),
  put: <T = void>(path: string, body: unknown) => json<T>(path, { method: 'PUT', body }),
  patch: <T>(path: string, body: unknown, version?: number) => json<T>(path, { method: 'PATCH', body, version }),
  delete: (path: string) => json<void>(path, { method: 'DELETE' }),
  response: authorised,
}

/** Some lists are served as a bare array, some as a page: both are a page here. */
export async function getPage<T>(path: string, query?: Query, signal?: AbortSignal): Promise<Page<T>> {
  const answer = await api.get<Page<T> | T[]>(path, query, signal)
  return Array.isArray(answer) ? { data: answer, next: null } : { data: answer.data ?? [], next: answer.next ?? null }
}

export const getList = async <T>(path: string, query?: Query, signal?: AbortSignal) => (await getPage<T>(path, query, signal)).data

export async function download(path: string, fileName: string, query?: Query) {
  const response = await authorised(path, { query, headers: { Accept: 'text/csv, */*' } })
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** `fetch` cannot report upload progress, and a file of 200 MB needs it. */
export async function upload<T>(path: string, file: File, onProgress: (share: number) => void, signal?: AbortSignal): Promise<T> {
  const token = await freshToken()
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', withQuery(path))
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.setRequestHeader('Idempotency-Key', newKey())
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    })
    const fail = (problem: Problem) => reject(new ApiProblem(problem))
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as T)
      else fail(parseProblem(request.responseText, request.status, request.statusText))
    })
    request.addEventListener('error', () => fail({ title: 'The upload was interrupted', status: 0, code: 'network' }))
    request.addEventListener('abort', () => fail({ title: 'The upload was cancelled', status: 0 }))
    signal?.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
}

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Consent, ConsentState, Customer, Id, Suppression, TimelineEntry } from '@/api/types'
import { api, getList, getPage } from '@/lib/api-client'

const base = '/api/customers'
const pages = { initialPageParam: undefined as string | undefined, getNextPageParam: (page: { next: string | null }) => page.next ?? undefined }

export const customersQuery = (q?: string) =>
  infiniteQueryOptions({
    queryKey: ['customers', 'list', q],
    queryFn: ({ pageParam, signal }) => getPage<Customer>(`${base}/customers`, { q, limit: 100, cursor: pageParam }, signal),
    placeholderData: keepPreviousData,
    ...pages,
  })

export const customerQuery = (id: Id) => queryOptions({ queryKey: ['customers', 'one', id], queryFn: ({ signal }) => api.get<Customer>(`${base}/customers/${id}`, undefined, signal) })

export const timelineQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ['customers', 'timeline', id],
    queryFn: ({ pageParam, signal }) => getPage<TimelineEntry>(`${base}/customers/${id}/timeline`, { limit: 50, cursor: pageParam }, signal),
    ...pages,
  })

export const consentsQuery = (id: Id) => queryOptions({ queryKey: ['customers', 'consents', id], queryFn: ({ signal }) => getList<Consent>(`${base}/customers/${id}/consents`, undefined, signal) })

export const setConsent = (id: Id, body: { channel: string; topic?: string; state: ConsentState; wording?: string }) => api.put(`${base}/customers/${id}/consents`, body)

export const suppressionsQuery = (q?: string, channel?: string) =>
  infiniteQueryOptions({
    queryKey: ['customers', 'suppressions', q, channel],
    queryFn: ({ pageParam, signal }) => getPage<Suppression>(`${base}/suppressions`, { q, channel, limit: 100, cursor: pageParam }, signal),
    placeholderData: keepPreviousData,
    ...pages,
  })

export const addSuppression = (body: { channel: string; address: string; reason: string }) => api.post<Suppression>(`${base}/suppressions`, body)
export const removeSuppression = (id: Id) => api.delete(`${base}/suppressions/${id}`)

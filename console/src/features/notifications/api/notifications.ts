import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { DeliveryMode, Id, InboxItem, Message, MessageDetail, SandboxMessage, SandboxMessageDetail } from '@/api/types'
import { api, getPage } from '@/lib/api-client'

const base = '/api/notifications'
const pages = { initialPageParam: undefined as string | undefined, getNextPageParam: (page: { next: string | null }) => page.next ?? undefined }

export const inboxQuery = infiniteQueryOptions({
  queryKey: ['inbox', 'list'],
  queryFn: ({ pageParam, signal }) => getPage<InboxItem>(`${base}/inbox`, { limit: 30, cursor: pageParam }, signal),
  ...pages,
})

export const unreadQuery = queryOptions({
  queryKey: ['inbox', 'count'],
  queryFn: async ({ signal }) => (await api.get<{ unread: number }>(`${base}/inbox/count`, undefined, signal)).unread,
})

export const markRead = (id: Id) => api.post(`${base}/inbox/${id}/read`)
export const markAllRead = () => api.post(`${base}/inbox/read-all`)

export interface MessageFilter {
  status?: string
  campaignId?: Id
  customerId?: Id
  leadId?: Id
  q?: string
}

export const messagesQuery = (filter: MessageFilter) =>
  infiniteQueryOptions({
    queryKey: ['messages', 'list', filter],
    queryFn: ({ pageParam, signal }) => getPage<Message>(`${base}/messages`, { ...filter, limit: 100, cursor: pageParam }, signal),
    ...pages,
  })

export const messageQuery = (id: Id) => queryOptions({ queryKey: ['messages', 'one', id], queryFn: ({ signal }) => api.get<MessageDetail>(`${base}/messages/${id}`, undefined, signal) })

export const messageSummaryQuery = (campaignId?: Id) =>
  queryOptions({ queryKey: ['messages', 'summary', campaignId], queryFn: async ({ signal }) => (await api.get<{ byStatus: Record<string, number> }>(`${base}/messages/summary`, { campaignId }, signal)).byStatus })

export const sandboxQuery = (q?: string, campaignId?: Id) =>
  infiniteQueryOptions({
    queryKey: ['sandbox', 'list', { q, campaignId }],
    queryFn: ({ pageParam, signal }) => getPage<SandboxMessage>(`${base}/sandbox`, { q, campaignId, limit: 50, cursor: pageParam }, signal),
    ...pages,
  })

export const sandboxMessageQuery = (id: Id) =>
  queryOptions({ queryKey: ['sandbox', 'one', id], queryFn: ({ signal }) => api.get<SandboxMessageDetail>(`${base}/sandbox/${id}`, undefined, signal), staleTime: Infinity })

export const emptySandbox = () => api.delete(`${base}/sandbox`)

export const deliveryQuery = queryOptions({ queryKey: ['messages', 'delivery'], queryFn: ({ signal }) => api.get<DeliveryMode>(`${base}/delivery`, undefined, signal), staleTime: 30_000 })

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { DeadLetter, Id, SystemOverview } from '@/api/types'
import { api, getPage } from '@/lib/api-client'

export const overviewQuery = queryOptions({ queryKey: ['system', 'overview'], queryFn: ({ signal }) => api.get<SystemOverview>('/api/system/overview', undefined, signal), refetchInterval: 5_000 })

export const deadLettersQuery = infiniteQueryOptions({
  queryKey: ['system', 'dead-letters'],
  queryFn: ({ pageParam, signal }) => getPage<DeadLetter>('/api/system/dead-letters', { limit: 100, cursor: pageParam }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: page => page.next ?? undefined,
})

export const actOnDeadLetter = (id: Id, verb: 'replay' | 'discard') => api.post(`/api/system/dead-letters/${encodeURIComponent(id)}/${verb}`)

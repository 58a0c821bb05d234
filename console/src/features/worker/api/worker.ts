import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Id, Job, Queue, Worker } from '@/api/types'
import { api, getList, getPage } from '@/lib/api-client'

const base = '/api/worker'

export const queuesQuery = queryOptions({ queryKey: ['worker', 'queues'], queryFn: ({ signal }) => getList<Queue>(`${base}/queues`, undefined, signal), refetchInterval: 5_000 })
export const workersQuery = queryOptions({ queryKey: ['worker', 'workers'], queryFn: ({ signal }) => getList<Worker>(`${base}/workers`, undefined, signal), refetchInterval: 10_000 })
export const jobsQuery = (filter: { type?: string; state?: string }) =>
  infiniteQueryOptions({
    queryKey: ['worker', 'jobs', filter],
    queryFn: ({ pageParam, signal }) => getPage<Job>(`${base}/jobs`, { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
export const jobQuery = (id: Id) => queryOptions({ queryKey: ['worker', 'job', id], queryFn: ({ signal }) => api.get<Job>(`${base}/jobs/${id}`, undefined, signal) })

export const switchQueue = (name: string, verb: 'pause' | 'resume') => api.post(`${base}/queues/${encodeURIComponent(name)}/${verb}`)

export type JobVerb = 'retry' | 'cancel' | 'discard'
export const actOnJob = (id: Id, verb: JobVerb) => api.post(`${base}/jobs/${id}/${verb}`)

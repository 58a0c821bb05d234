import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Id, Lead, LeadActivity, LeadDraft, LeadFilters, LeadPatch, LeadSource, LeadSummary, NewActivity, Pipeline, StageDraft } from '@/api/types'
import { api, getList, getPage } from '@/lib/api-client'
import type { Query } from '@/lib/http'

const base = '/api/leads'

export const leadsQuery = (filters: LeadFilters, sort: string) =>
  infiniteQueryOptions({
    queryKey: ['leads', 'list', filters, sort],
    queryFn: ({ pageParam, signal }) => getPage<Lead>(`${base}/leads`, { ...(filters as Query), sort, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const leadCountQuery = (filters: LeadFilters) =>
  queryOptions({
    queryKey: ['leads', 'count', filters],
    queryFn: async ({ signal }) => (await api.get<{ count: number }>(`${base}/leads/count`, filters as Query, signal)).count,
    placeholderData: keepPreviousData,
  })

export const leadQuery = (id: Id) => queryOptions({ queryKey: ['leads', 'one', id], queryFn: ({ signal }) => api.get<Lead>(`${base}/leads/${id}`, undefined, signal) })

export const activitiesQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ['leads', 'activities', id],
    queryFn: ({ pageParam, signal }) => getPage<LeadActivity>(`${base}/leads/${id}/activities`, { limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
  })

export const pipelinesQuery = queryOptions({ queryKey: ['leads', 'pipelines'], queryFn: ({ signal }) => getList<Pipeline>(`${base}/pipelines`, undefined, signal), staleTime: 60_000 })

export const sourcesQuery = queryOptions({ queryKey: ['leads', 'sources'], queryFn: ({ signal }) => getList<LeadSource>(`${base}/sources`, undefined, signal), staleTime: 60_000 })

export const leadSummaryQuery = queryOptions({ queryKey: ['leads', 'summary'], queryFn: ({ signal }) => api.get<LeadSummary>(`${base}/summary`, undefined, signal) })

export interface Captured {
  lead: Lead
  duplicate: boolean
}

export async function createLead(draft: LeadDraft): Promise<Captured> {
  const response = await api.response(`${base}/leads`, { method: 'POST', body: draft })
  return { lead: (await response.json()) as Lead, duplicate: response.status === 200 || response.headers.get('Tideline-Duplicate') === 'true' }
}

export const updateLead = (id: Id, patch: LeadPatch, version: number) => api.patch<Lead>(`${base}/leads/${id}`, patch, version)
export const deleteLead = (id: Id) => api.delete(`${base}/leads/${id}`)
export const moveLead = (id: Id, stageId: Id, lostReason?: string) => api.post<Lead>(`${base}/leads/${id}/stage`, lostReason ? { stageId, lostReason } : { stageId })
export const addActivity = (id: Id, activity: NewActivity) => api.post<LeadActivity>(`${base}/leads/${id}/activities`, activity)
export const updateLeads = (ids: Id[], set: { ownerId?: Id; stageId?: Id }) => api.post<{ updated: number }>(`${base}/leads/bulk`, { ids, set })
export const saveStages = (pipelineId: Id, stages: StageDraft[]) => api.put<Pipeline>(`${base}/pipelines/${pipelineId}/stages`, stages)
export const exportPath = `${base}/leads/export.csv`

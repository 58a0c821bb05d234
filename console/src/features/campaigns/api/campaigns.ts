import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Audience, AudiencePreview, Campaign, CampaignFields, CampaignMonitor, CampaignRecipient, Id, MessagePreview } from '@/api/types'
import { api, getPage } from '@/lib/api-client'

const base = '/api/campaigns'

export const campaignsQuery = infiniteQueryOptions({
  queryKey: ['campaigns', 'list'],
  queryFn: ({ pageParam, signal }) => getPage<Campaign>(`${base}/campaigns`, { limit: 50, cursor: pageParam }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: page => page.next ?? undefined,
})

export const campaignQuery = (id: Id) => queryOptions({ queryKey: ['campaigns', 'one', id], queryFn: ({ signal }) => api.get<Campaign>(`${base}/campaigns/${id}`, undefined, signal) })

export const monitorQuery = (id: Id) =>
  queryOptions({
    queryKey: ['campaigns', 'monitor', id],
    queryFn: ({ signal }) => api.get<CampaignMonitor>(`${base}/campaigns/${id}/monitor`, undefined, signal),
    // The rate and the end are moving even when no event says so.
    refetchInterval: query => (query.state.data?.status === 'running' ? 2_000 : false),
  })

export const recipientsQuery = (id: Id, status?: string) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', 'recipients', id, status],
    queryFn: ({ pageParam, signal }) => getPage<CampaignRecipient>(`${base}/campaigns/${id}/recipients`, { status, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const audienceQuery = (audience: Audience) =>
  queryOptions({
    queryKey: ['audience', audience],
    queryFn: ({ signal }) => api.ask<AudiencePreview>(`${base}/audience/preview`, { audience }, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })

export interface PreviewRequest {
  brandId: Id
  subject: string
  preheader?: string | null
  html: string
  text?: string | null
  leadId?: Id
}

export const previewQuery = (request: PreviewRequest) =>
  queryOptions({
    queryKey: ['campaign-preview', request],
    queryFn: ({ signal }) => api.ask<MessagePreview>(`${base}/preview`, request, signal),
    enabled: Boolean(request.brandId),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  })

export const createCampaign = (fields: Partial<CampaignFields>) => api.post<Campaign>(`${base}/campaigns`, fields)
export const updateCampaign = (id: Id, fields: Partial<CampaignFields>, version: number) => api.patch<Campaign>(`${base}/campaigns/${id}`, fields, version)
export const deleteCampaign = (id: Id) => api.delete(`${base}/campaigns/${id}`)
export const sendTest = (id: Id, body: { to: string[]; leadId?: Id }) => api.post(`${base}/campaigns/${id}/test`, body)
export const scheduleCampaign = (id: Id, at: string) => api.post<Campaign>(`${base}/campaigns/${id}/schedule`, { at })

export type CampaignVerb = 'start' | 'pause' | 'resume' | 'cancel'
export const actOnCampaign = (id: Id, verb: CampaignVerb) => api.post<Campaign>(`${base}/campaigns/${id}/${verb}`)

import { queryOptions } from '@tanstack/react-query'
import type { Brand, BrandFields, Id, MessagePreview } from '@/api/types'
import { api, getList } from '@/lib/api-client'

const base = '/api/brands/brands'

export const brandsQuery = queryOptions({ queryKey: ['brands', 'list'], queryFn: ({ signal }) => getList<Brand>(base, { limit: 200 }, signal), staleTime: 60_000 })

export const brandQuery = (id: Id) => queryOptions({ queryKey: ['brands', 'one', id], queryFn: ({ signal }) => api.get<Brand>(`${base}/${id}`, undefined, signal) })

export const createBrand = (fields: Partial<BrandFields>) => api.post<Brand>(base, fields)
export const updateBrand = (id: Id, fields: Partial<BrandFields>, version: number) => api.patch<Brand>(`${base}/${id}`, fields, version)
/** A message in the layout of a brand, as the service that sends it renders it. */
export const previewBrand = (brandId: Id, message: { subject: string; html: string }, signal?: AbortSignal) => api.ask<MessagePreview>('/api/notifications/preview', { brandId, ...message }, signal)

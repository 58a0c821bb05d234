import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { DryRunResult, Id, ImportMapping, LeadImport } from '@/api/types'
import { api, download, getPage, upload } from '@/lib/api-client'

const base = '/api/leads/imports'

export const isUndoing = (item: Pick<LeadImport, 'undo'> | undefined) => Boolean(item?.undo && !item.undo.finishedAt)
export const isBusy = (item: Pick<LeadImport, 'status' | 'undo'> | undefined) => item?.status === 'running' || item?.status === 'dry_running' || isUndoing(item)

export const importsQuery = infiniteQueryOptions({
  queryKey: ['imports', 'list'],
  queryFn: ({ pageParam, signal }) => getPage<LeadImport>(base, { limit: 50, cursor: pageParam }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: page => page.next ?? undefined,
  refetchInterval: query => (query.state.data?.pages.some(page => page.data.some(isBusy)) ? 2_000 : false),
})

export const importQuery = (id: Id) =>
  queryOptions({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => api.get<LeadImport>(`${base}/${id}`, undefined, signal),
    refetchInterval: query => (isBusy(query.state.data) ? 1_000 : false),
  })

export const uploadImport = (file: File, onProgress: (share: number) => void, signal: AbortSignal) => upload<LeadImport>(base, file, onProgress, signal)
export const saveMapping = (id: Id, mapping: ImportMapping) => api.put<LeadImport>(`${base}/${id}/mapping`, mapping)
export const dryRun = (id: Id) => api.post<DryRunResult>(`${base}/${id}/dry-run`)
export const startImport = (id: Id) => api.post<LeadImport>(`${base}/${id}/start`)
export const cancelImport = (id: Id) => api.post<LeadImport>(`${base}/${id}/cancel`)
export const undoImport = (id: Id) => api.post<LeadImport>(`${base}/${id}/undo`)
export const downloadRejected = (item: LeadImport) => download(`${base}/${item.id}/rejected.csv`, `${item.fileName.replace(/\.[^.]+$/, '')}-rejected.csv`)

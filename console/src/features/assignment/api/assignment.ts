import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { AssignmentDecision, AssignmentDryRun, Id, LeadDraft, Pool, PoolMember, QueuedLead, Rule, RuleFields, Workload } from '@/api/types'
import { api, getList, getPage } from '@/lib/api-client'
import type { Query } from '@/lib/http'

const base = '/api/assignment'

export const poolsQuery = queryOptions({ queryKey: ['assignment', 'pools'], queryFn: ({ signal }) => getList<Pool>(`${base}/pools`, { limit: 200 }, signal) })
export const rulesQuery = queryOptions({
  queryKey: ['assignment', 'rules'],
  queryFn: async ({ signal }) => (await getList<Rule>(`${base}/rules`, { limit: 200 }, signal)).sort((a, b) => a.position - b.position),
})
export const workloadQuery = queryOptions({ queryKey: ['assignment', 'workload'], queryFn: ({ signal }) => getList<Workload>(`${base}/workload`, undefined, signal) })
export const queueQuery = queryOptions({ queryKey: ['assignment', 'queue'], queryFn: ({ signal }) => getList<QueuedLead>(`${base}/queue`, { limit: 200 }, signal) })

export const decisionsQuery = (filter: { agentId?: Id; leadId?: Id }) =>
  infiniteQueryOptions({
    queryKey: ['assignment', 'decisions', filter],
    queryFn: ({ pageParam, signal }) => getPage<AssignmentDecision>(`${base}/assignments`, { ...(filter as Query), limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
  })

export const createPool = (name: string) => api.post<Pool>(`${base}/pools`, { name })
export const renamePool = (pool: Pool, name: string) => api.patch<Pool>(`${base}/pools/${pool.id}`, { name }, pool.version)
export const deletePool = (id: Id) => api.delete(`${base}/pools/${id}`)
export const setMembers = (id: Id, members: PoolMember[]) => api.put<Pool>(`${base}/pools/${id}/members`, members)
export const createRule = (fields: RuleFields) => api.post<Rule>(`${base}/rules`, fields)
export const updateRule = (rule: Pick<Rule, 'id' | 'version'>, fields: Partial<RuleFields>) => api.patch<Rule>(`${base}/rules/${rule.id}`, fields, rule.version)
export const deleteRule = (id: Id) => api.delete(`${base}/rules/${id}`)
export const orderRules = (ids: Id[]) => api.put<Rule[]>(`${base}/rules/order`, { ids })
export const tryAssignment = (body: { leadId: Id } | { lead: LeadDraft }) => api.ask<AssignmentDryRun>(`${base}/dry-run`, body)
export const reassign = (leadId: Id, agentId: Id) => api.post(`${base}/reassign`, { leadId, agentId })

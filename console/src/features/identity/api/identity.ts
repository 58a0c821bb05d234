import { queryOptions, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ActiveMember, Id, Invitation, Me, Member, Role, RoleDefinition, Tenant } from '@/api/types'
import { api, getList } from '@/lib/api-client'
import { useSession } from '@/lib/auth/permissions'

const base = '/api/identity'

export const meQuery = queryOptions({ queryKey: ['identity', 'me'], queryFn: ({ signal }) => api.get<Me>(`${base}/me`, undefined, signal), staleTime: 60_000 })

export const tenantQuery = queryOptions({ queryKey: ['identity', 'tenant'], queryFn: ({ signal }) => api.get<Tenant>(`${base}/tenant`, undefined, signal) })

export const membersQuery = queryOptions({
  queryKey: ['identity', 'members'],
  queryFn: ({ signal }) => getList<Member>(`${base}/members`, { limit: 200 }, signal),
  staleTime: 60_000,
})

export const rolesQuery = queryOptions({ queryKey: ['identity', 'roles'], queryFn: ({ signal }) => getList<RoleDefinition>(`${base}/roles`, undefined, signal), staleTime: 600_000 })

export const invitationsQuery = queryOptions({ queryKey: ['identity', 'invitations'], queryFn: ({ signal }) => getList<Invitation>(`${base}/invitations`, undefined, signal) })

export const updateTenant = (changes: Partial<Tenant>, version?: number) => api.patch<Tenant>(`${base}/tenant`, changes, version)
export const createTenant = (name: string) => api.post<Tenant>(`${base}/tenants`, { name })
export const changeRole = (userId: Id, role: Role) => api.patch<Member>(`${base}/members/${userId}`, { role })
export const removeMember = (userId: Id) => api.delete(`${base}/members/${userId}`)
export const invite = (body: { email: string; role: Role }) => api.post<Invitation>(`${base}/invitations`, body)
export const revokeInvitation = (id: Id) => api.delete(`${base}/invitations/${id}`)

export const createRole = (body: { name: string; description: string; permissions: string[] }) => api.post<RoleDefinition>(`${base}/roles`, body)
export const updateRole = (id: Id, body: { description: string; permissions: string[] }, version?: number) => api.patch<RoleDefinition>(`${base}/roles/${id}`, body, version)
export const deleteRole = (id: Id) => api.delete(`${base}/roles/${id}`)

export const activeMembers = (members: Member[]): ActiveMember[] =>
  members.flatMap(member => (member.status === 'active' && member.userId ? [{ ...member, userId: member.userId, name: member.name || member.email }] : []))

/** Who an id is. Ids of people who left, or that this role may not look up, still get a name. */
export function useMembers() {
  const { user } = useSession()
  const { data } = useQuery(membersQuery)
  return useMemo(() => {
    const active = activeMembers(data ?? [])
    const names = new Map(active.map(member => [member.userId, member.name]))
    if (user.id && !names.has(user.id)) names.set(user.id, user.name)
    return { list: active, name: (id?: Id | null) => (id ? (names.get(id) ?? 'Former member') : undefined) }
  }, [data, user.id, user.name])
}

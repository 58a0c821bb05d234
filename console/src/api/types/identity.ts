import type { Id, Instant } from './common'

/** One of the built-in roles, or the name of one of the workspace's own. */
export type Role = string

export interface User {
  id: Id
  email: string
  name: string
  emailVerified?: boolean
}

export interface Tenant {
  id: Id
  name: string
  currency: string
  country: string
  timeZone: string
  version?: number
}

export interface TenantMembership {
  id: Id
  name: string
  role: Role
}

export interface Session {
  accessToken: string
  expiresIn: number
  user: User
  /** Absent for somebody who is a member of no workspace. */
  tenant?: Tenant | null
  role?: Role | null
  permissions: string[]
}

export interface Me {
  user: User
  tenant?: Tenant | null
  role?: Role | null
  permissions: string[]
  tenants: TenantMembership[]
}

/** Somebody in the workspace, or invited to it: who is only invited has no id, name or date yet. */
export interface Member {
  userId?: Id | null
  email: string
  name?: string | null
  role: Role
  status: 'active' | 'invited'
  joinedAt?: Instant | null
}

export type ActiveMember = Member & { userId: Id; name: string }

export interface RoleDefinition {
  /** Absent for built-in roles, which cannot be changed. */
  id?: Id | null
  name: Role
  permissions: string[]
  description?: string | null
  version?: number
}

export interface Invitation {
  id: Id
  email: string
  role: Role
  expiresAt: Instant
}

import type { Id, Instant } from './common'

export type Role = 'owner' | 'admin' | 'manager' | 'agent' | 'analyst' | 'member'
export const ROLES: readonly Role[] = ['owner', 'admin', 'manager', 'agent', 'analyst', 'member']

export interface User {
  id: Id
  email: string
  name: string
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
  tenant: Tenant
  role: Role
  permissions: string[]
}

export interface Me {
  user: User
  tenant: Tenant
  role: Role
  permissions: string[]
  tenants: TenantMembership[]
}

export interface Member {
  userId: Id
  email: string
  name: string
  role: Role
  status: 'active' | 'invited'
  joinedAt: Instant
}

export interface RoleDefinition {
  name: Role
  permissions: string[]
}

export interface Invitation {
  id: Id
  email: string
  role: Role
  expiresAt: Instant
}

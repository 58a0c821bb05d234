import type { Id, Instant } from './common'

export interface PoolMember {
  userId: Id
  weight: number
  capacity?: number | null
  available: boolean
}

export interface Pool {
  id: Id
  name: string
  members: PoolMember[]
  version: number
}

export type ConditionOp = 'eq' | 'neq' | 'in' | 'contains' | 'startsWith' | 'exists' | 'gt' | 'lt'

export interface RuleCondition {
  field: string
  op: ConditionOp
  value?: unknown
}

export type Strategy = 'round_robin' | 'least_loaded'

export interface RuleFields {
  name: string
  enabled: boolean
  conditions: RuleCondition[]
  strategy: Strategy
  poolId: Id
}

export interface Rule extends RuleFields {
  id: Id
  position: number
  version: number
}

export interface AssignmentDryRun {
  matchedRuleId?: Id | null
  agentId?: Id | null
  explanation: { ruleId: Id; name: string; matched: boolean; why: string }[]
}

export interface AssignmentDecision {
  id: Id
  leadId: Id
  agentId?: Id | null
  ruleId?: Id | null
  poolId?: Id | null
  strategy: string
  reason: string
  decidedAt: Instant
}

export interface Workload {
  userId: Id
  openItems: number
  assignedToday: number
}

export interface QueuedLead {
  leadId: Id
  since: Instant
  reason: string
}

import type { Id, Instant, Money } from './common'

export type LeadStatus = 'new' | 'working' | 'qualified' | 'won' | 'lost'
export const LEAD_STATUSES: readonly LeadStatus[] = ['new', 'working', 'qualified', 'won', 'lost']

export interface Lead {
  id: Id
  firstName?: string | null
  lastName?: string | null
  displayName: string
  company?: string | null
  email?: string | null
  emailRaw?: string | null
  email2?: string | null
  phone?: string | null
  phoneRaw?: string | null
  phone2?: string | null
  phone2Raw?: string | null
  website?: string | null
  country?: string | null
  source?: string | null
  pipelineId: Id
  stageId: Id
  stageName: string
  status: LeadStatus
  lostReason?: string | null
  value?: Money | null
  ownerId?: Id | null
  customerId?: Id | null
  score: number
  notes?: string | null
  custom: Record<string, unknown>
  importId?: Id | null
  createdBy?: Id | null
  createdAt: Instant
  updatedAt: Instant
  version: number
}

export interface LeadDraft {
  firstName?: string
  lastName?: string
  company?: string
  email?: string
  phone?: string
  email2?: string
  phone2?: string
  website?: string
  country?: string
  source?: string
  stageId?: Id
  value?: Money
  ownerId?: Id
  notes?: string
  custom?: Record<string, unknown>
}

export type LeadPatch = { [K in keyof LeadDraft]?: LeadDraft[K] | null }

export interface LeadFilters {
  q?: string
  status?: LeadStatus
  stageId?: Id
  ownerId?: Id | 'none'
  source?: string
  createdFrom?: string
  createdTo?: string
  importId?: Id
}

export type LeadActivityType = 'created' | 'updated' | 'assigned' | 'stage_changed' | 'note' | 'call' | 'task' | 'message' | 'imported'

export interface LeadActivity {
  id: Id
  type: LeadActivityType
  at: Instant
  actorId?: Id | null
  actorKind: 'user' | 'system' | 'import'
  summary: string
  changes?: { field: string; before?: unknown; after?: unknown }[] | null
  data?: Record<string, unknown> | null
}

export interface NewActivity {
  type: 'note' | 'call' | 'task'
  text: string
  dueAt?: Instant
}

export interface Stage {
  id: Id
  name: string
  position: number
  probability: number
  status: LeadStatus
}

export interface StageDraft {
  id?: Id | null
  name: string
  probability: number
  status: LeadStatus
}

export interface Pipeline {
  id: Id
  name: string
  isDefault: boolean
  stages: Stage[]
}

export interface LeadSource {
  name: string
  count: number
}

export interface LeadSummary {
  total: number
  byStatus: Partial<Record<LeadStatus, number>>
  byStage: { stageId: Id; name: string; count: number }[]
  createdToday: number
  unassigned: number
}

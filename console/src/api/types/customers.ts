import type { Id, Instant } from './common'

export interface Customer {
  id: Id
  displayName: string
  firstName?: string | null
  lastName?: string | null
  company?: string | null
  emails: string[]
  phones: string[]
  attributes: Record<string, unknown>
  createdAt: Instant
  updatedAt: Instant
}

export interface TimelineEntry {
  id: Id
  type: string
  at: Instant
  summary: string
  data?: Record<string, unknown> | null
}

export type ConsentState = 'granted' | 'denied' | 'unknown'

export interface Consent {
  channel: string
  topic?: string | null
  state: ConsentState
  address?: string | null
  source?: string | null
  at?: Instant | null
}

export interface Suppression {
  id: Id
  channel: 'email' | 'sms'
  address: string
  reason: string
  createdAt?: Instant
}

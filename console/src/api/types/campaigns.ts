import type { Id, Instant } from './common'
import type { LeadStatus } from './leads'

export type CampaignStatus = 'draft' | 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled'

export interface AudienceFilter {
  q?: string
  status?: LeadStatus[]
  stageIds?: Id[]
  ownerIds?: Id[]
  sources?: string[]
  createdFrom?: string
  createdTo?: string
  importId?: Id
}

export interface Audience {
  leadFilter: AudienceFilter
  exclude?: AudienceFilter | null
}

export interface CampaignStats {
  recipients: number
  skipped: number
  queued: number
  sent: number
  delivered: number
  opened: number
  clicked: number
  bounced: number
  complained: number
  unsubscribed: number
  failed: number
  unknown: number
}

export interface CampaignFields {
  name: string
  channel: 'email'
  brandId: Id
  subject: string
  preheader?: string | null
  html: string
  text?: string | null
  audience: Audience
  scheduleAt?: Instant | null
  throttlePerMinute?: number | null
}

export interface Campaign extends CampaignFields {
  id: Id
  status: CampaignStatus
  stats?: CampaignStats | null
  /** Why it stands still although nobody paused it. */
  error?: string | null
  startedAt?: Instant | null
  completedAt?: Instant | null
  createdAt: Instant
  version: number
}

export interface AudiencePreview {
  leads: number
  people: number
  reachable: number
  excluded: { noEmail: number; suppressed: number; noConsent: number; duplicate: number }
  sample: { leadId: Id; customerId?: Id | null; email: string; displayName: string }[]
  /** There are more leads than were counted. */
  partial?: boolean | null
}

export interface MessagePreview {
  subject: string
  html: string
  text: string
  problems: { where: string; message: string }[]
}

export interface CampaignMonitor {
  status: CampaignStatus
  stats: CampaignStats
  ratePerSecond: number
  etaSeconds?: number | null
  series: { at: Instant; sent: number; opened: number; clicked: number }[]
  failures: { reason: string; count: number }[]
}

export interface CampaignRecipient {
  id: Id
  customerId?: Id | null
  leadId?: Id | null
  email: string
  displayName: string
  status: string
  at: Instant
  reason?: string | null
}

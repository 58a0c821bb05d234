import type { Id, Instant } from './common'

export interface InboxItem {
  id: Id
  title: string
  body: string
  link?: string | null
  readAt?: Instant | null
  createdAt: Instant
  kind: string
}

export type MessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'unknown' | 'suppressed' | 'cancelled'
export const MESSAGE_STATUSES: readonly MessageStatus[] = [
  'queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'unknown', 'suppressed', 'cancelled',
]

export interface Message {
  id: Id
  channel: string
  to: string
  subject: string
  status: MessageStatus
  campaignId?: Id | null
  customerId?: Id | null
  leadId?: Id | null
  provider: string
  attempts: number
  error?: string | null
  createdAt: Instant
  sentAt?: Instant | null
  openedAt?: Instant | null
  clickedAt?: Instant | null
  opens: number
  clicks: number
}

export interface DeliveryAttempt {
  at: Instant
  outcome: string
  response?: string | null
  provider: string
  durationMs: number
}

export type MessageDetail = Omit<Message, 'attempts'> & { attempts: DeliveryAttempt[] }

export interface SandboxMessage {
  id: Id
  to: string
  from: string
  subject: string
  preview: string
  at: Instant
  campaignId?: Id | null
}

export interface SandboxMessageDetail extends SandboxMessage {
  html: string
  text: string
  headers: { name: string; value: string }[]
  raw: string
  size: number
  unsubscribeUrl?: string | null
}

export interface DeliveryMode {
  mode: 'sandbox' | 'smtp'
  host?: string | null
  port?: number | null
  healthy: boolean
  /** What the mail server said when it let nobody in. */
  trouble?: string | null
  sentLastMinute: number
}

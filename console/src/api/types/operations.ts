// worker, scheduler and the gateway's system pages
import type { Id, Instant } from './common'

export interface Queue {
  name: string
  paused: boolean
  ready: number
  /** Jobs held because the workspace has paused the queue. */
  parked?: number
  scheduled: number
  running: number
  failed: number
  dead: number
  oldestReadyAgeSeconds?: number | null
  completedLastMinute: number
}

export type JobState = 'ready' | 'scheduled' | 'running' | 'completed' | 'dead' | 'cancelled'
export const JOB_STATES: readonly JobState[] = ['ready', 'scheduled', 'running', 'completed', 'dead', 'cancelled']

export interface Job {
  id: Id
  type: string
  queue: string
  state: JobState
  attempt: number
  maxAttempts: number
  runAt: Instant
  /** Cancelled, and has not stopped yet. */
  cancelRequested?: boolean
  /** 0 to 100. */
  progress?: number | null
  progressText?: string | null
  error?: string | null
  createdAt: Instant
  finishedAt?: Instant | null
  log?: { at: Instant; attempt?: number; text: string }[]
}

export interface Worker {
  id: Id
  service?: string
  host: string
  startedAt: Instant
  seenAt: Instant
  types: string[]
  running: number
}

export interface ScheduleTarget {
  event?: string | null
  job?: string | null
  payload?: unknown
}
export type Misfire = 'once' | 'all' | 'skip'

export interface ScheduleFields {
  name: string
  cron?: string | null
  everySeconds?: number | null
  timeZone: string
  target: ScheduleTarget
  misfire: Misfire
}

export interface Schedule extends ScheduleFields {
  id: Id
  paused: boolean
  nextFireAt?: Instant | null
  lastFireAt?: Instant | null
  version?: number
}

export interface ScheduleExecution {
  id: Id
  kind: string
  dueAt: Instant
  firedAt: Instant
  latenessSeconds: number
  /** Times that were missed and not made up for. */
  leftOut: number
}

export interface ScheduledTask {
  id: Id
  key: string
  dueAt: Instant
  target: ScheduleTarget
  state: 'pending' | 'fired' | 'cancelled'
}

export type Health = 'up' | 'degraded' | 'down'

export interface ServiceHealth {
  name: string
  status: Health
  since: Instant
  detail?: string | null
  instances: (string | { id?: string; host?: string })[]
  loops: { name: string; status: string; lastError?: string | null }[]
}

export interface SystemOverview {
  services: ServiceHealth[]
  bus: { groups: { name: string; lag: number; parked: number; deadLetters: number }[]; publishedLastMinute: number }
  queues: Queue[]
  database: { connectionsUsed: number; connectionsMax: number }
}

export interface DeadLetter {
  id: Id
  group?: string
  eventType?: string
  type?: string
  error?: string
  attempts?: number
  at?: Instant
  failedAt?: Instant
  payload?: unknown
}

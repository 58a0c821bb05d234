import type { Id, Instant } from './common'

export type ImportStatus = 'uploaded' | 'ready' | 'dry_running' | 'running' | 'completed' | 'failed' | 'cancelled' | 'undone'

export const IMPORT_FIELDS = [
  'firstName', 'lastName', 'fullName', 'company', 'email', 'email2', 'phone', 'phone2', 'website', 'country',
  'source', 'stage', 'value', 'currency', 'notes', 'createdAt', 'custom',
] as const
export type ImportField = (typeof IMPORT_FIELDS)[number]

export interface ImportColumn {
  index: number
  name: string
  sample: string[]
  suggestedField?: ImportField | null
}

export interface ColumnMapping {
  index: number
  field: ImportField | null
  customName?: string
}

export type DuplicatePolicy = 'update' | 'skip'

export interface ImportMapping {
  columns: ColumnMapping[]
  hasHeader?: boolean
  delimiter?: string
  encoding?: string
  defaultCountry?: string
  duplicatePolicy: DuplicatePolicy
  stageMapping?: Record<string, Id>
}

export interface LeadImport {
  id: Id
  fileName: string
  size: number
  status: ImportStatus
  encoding: string
  delimiter: string
  hasHeader: boolean
  columns: ImportColumn[]
  preview: string[][]
  mapping?: ImportMapping | null
  rowsTotal?: number | null
  rowsDone: number
  created: number
  updated: number
  duplicates: number
  rejected: number
  percent: number
  error?: string | null
  /** Once somebody asked to undo it. Kept are leads somebody has worked on since. */
  undo?: { startedAt: Instant; finishedAt?: Instant | null; removed: number; restored: number; kept: number } | null
  createdAt: Instant
  startedAt?: Instant | null
  finishedAt?: Instant | null
}

export interface DryRunResult {
  rows: number
  valid: number
  rejected: number
  duplicatesInFile: number
  sampleErrors: { row: number; field: string; reason: string; value: string }[]
}

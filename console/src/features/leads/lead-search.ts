import { z } from 'zod'
import { LEAD_STATUSES, type LeadFilters } from '@/api/types'
import { zonedToInstant } from '@/lib/format'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/).optional().catch(undefined)

/** What the address of the lead list carries, so that a filtered list can be sent to a colleague. */
export const leadSearch = z.object({
  q: z.string().optional().catch(undefined),
  status: z.enum(LEAD_STATUSES as [string, ...string[]]).optional().catch(undefined),
  stageId: z.string().optional().catch(undefined),
  ownerId: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
  from: day,
  to: day,
  importId: z.string().optional().catch(undefined),
  sort: z.string().optional().catch(undefined),
  create: z.boolean().optional().catch(undefined),
})

export type LeadSearch = z.infer<typeof leadSearch>

/** Days in the workspace's zone become instants; the last day counts as a whole. */
export function toFilters(search: LeadSearch, zone: string): LeadFilters {
  const { q, status, stageId, ownerId, source, importId, from, to } = search
  return clean({
    q,
    status: status as LeadFilters['status'],
    stageId,
    ownerId,
    source,
    importId,
    createdFrom: from && zonedToInstant(from, zone),
    createdTo: to && zonedToInstant(nextDay(to), zone),
  })
}

function clean(filters: LeadFilters): LeadFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''))
}

export function nextDay(day: string) {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + 1)
  return date.toISOString().slice(0, 10)
}

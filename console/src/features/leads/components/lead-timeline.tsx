import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { ArrowRightLeft, CheckSquare, FilePen, Mail, Phone, Plus, StickyNote, Upload, UserRound, type LucideIcon } from 'lucide-react'
import type { LeadActivity, LeadActivityType } from '@/api/types'
import { ErrorState, Lines } from '@/components/ui/states'
import { Timeline, type TimelineItem } from '@/components/ui/timeline'
import { label } from '@/components/ui/status-badge'
import { useMembers } from '@/features/identity/api/identity'
import { useFormat } from '@/lib/format'
import { activitiesQuery } from '../api/leads'
import { useStages } from '../api/use-stages'

const ICONS: Record<LeadActivityType, LucideIcon> = {
  created: Plus,
  updated: FilePen,
  assigned: UserRound,
  stage_changed: ArrowRightLeft,
  note: StickyNote,
  call: Phone,
  task: CheckSquare,
  message: Mail,
  imported: Upload,
}

const WRITTEN: Partial<Record<LeadActivityType, string>> = { note: 'Note', call: 'Call', task: 'Task' }

const fieldName = (field: string) => label(field.replace(/Id$/, '').replace(/([A-Z])/g, ' $1').toLowerCase())

export function LeadTimeline({ leadId }: { leadId: string }) {
  const activities = useInfiniteQuery(activitiesQuery(leadId))
  const members = useMembers()
  const stages = useStages()
  const format = useFormat()

  if (!activities.data) return activities.error ? <ErrorState compact error={activities.error} onRetry={() => void activities.refetch()} /> : <Lines count={6} />

  const show = (field: string, value: unknown) => {
    if (value === null || value === undefined || value === '') return ''
    if (field === 'ownerId') return members.name(String(value))
    if (field === 'stageId') return stages.name(String(value)) ?? String(value)
    if (typeof value === 'object') return JSON.stringify(value)
    return String(value)
  }
  const toItem = (activity: LeadActivity): TimelineItem => {
    const written = WRITTEN[activity.type]
    const due = activity.type === 'task' ? activity.data?.dueAt : undefined
    return {
      id: activity.id,
      at: activity.at,
      icon: ICONS[activity.type] ?? FilePen,
      text: written ? `${written}${typeof due === 'string' ? `, due ${format.dateTime(due)}` : ''}` : activity.summary,
      quote: written ? String(activity.data?.text ?? activity.summary) : undefined,
      meta: activity.actorKind === 'user' ? members.name(activity.actorId) : activity.actorKind === 'import' ? 'Import' : 'Automatically',
      changes: activity.changes?.map(change => ({ field: fieldName(change.field), before: show(change.field, change.before), after: show(change.field, change.after) })),
    }
  }
  return (
    <>
      <Timeline label="Activity" items={activities.data.pages.flatMap(page => page.data).map(toItem)} />
      {activities.hasNextPage && (
        <Button variant="default" size="xs" loading={activities.isFetchingNextPage} onClick={() => void activities.fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  )
}

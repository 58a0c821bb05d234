import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatTime, dayOf, formatDate, useFormat } from '@/lib/format'
import classes from './timeline.module.css'

export interface TimelineItem {
  id: string
  at: string
  icon: LucideIcon
  text: ReactNode
  meta?: ReactNode
  quote?: string
  changes?: { field: string; before?: ReactNode; after?: ReactNode }[]
}

/** Newest first, in days of the workspace's zone. */
export function Timeline({ items, label }: { items: TimelineItem[]; label: string }) {
  const { zone } = useFormat()
  const today = dayOf(new Date(), zone)
  const yesterday = dayOf(new Date(Date.now() - 86_400_000), zone)
  const days = new Map<string, TimelineItem[]>()
  for (const item of items) {
    const day = dayOf(item.at, zone)
    days.set(day, [...(days.get(day) ?? []), item])
  }
  return (
    <div role="group" aria-label={label}>
      {[...days].map(([day, entries]) => (
        <section key={day} aria-label={formatDate(entries[0]!.at, zone)}>
          <h3 className={classes.day}>{day === today ? 'Today' : day === yesterday ? 'Yesterday' : formatDate(entries[0]!.at, zone)}</h3>
          <ol className={classes.list}>
            {entries.map(item => (
              <Entry key={item.id} item={item} zone={zone} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Entry({ item, zone }: { item: TimelineItem; zone: string }) {
  const Icon = item.icon
  return (
    <li className={classes.item}>
      <span className={classes.icon} aria-hidden>
        <Icon size={12} />
      </span>
      <div>
        <div className={classes.text}>{item.text}</div>
        <div className={classes.meta}>
          {item.meta && <>{item.meta} · </>}
          <time dateTime={item.at}>{formatTime(item.at, zone).slice(0, 5)}</time>
        </div>
        {item.quote && <div className={`${classes.text} ${classes.quote}`}>{item.quote}</div>}
        {item.changes && item.changes.length > 0 && (
          <ul className={classes.changes}>
            {item.changes.map(change => (
              <li key={change.field}>
                {change.field}: <del>{change.before || 'empty'}</del> → {change.after || 'empty'}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  )
}

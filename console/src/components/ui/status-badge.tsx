import type { ReactNode } from 'react'
import classes from './badge.module.css'

export type Tone = 'gray' | 'green' | 'amber' | 'red' | 'blue' | 'violet' | 'tide'

interface Props {
  tone?: Tone
  children: ReactNode
  dot?: boolean
  /** Something is going on at this moment. */
  active?: boolean
  /** Without a background, for dense tables. */
  plain?: boolean
}

export function StatusBadge({ tone = 'gray', children, dot = true, active, plain }: Props) {
  return (
    <span className={`${classes.badge} ${classes[tone]} ${plain ? classes.plain : ''}`}>
      {dot && <span aria-hidden className={`${classes.dot} ${active ? classes.pulse : ''}`} />}
      {children}
    </span>
  )
}

export function Count({ children }: { children: ReactNode }) {
  return <span className={classes.count}>{children}</span>
}

const TONES: Record<string, Tone> = {
  // leads
  new: 'blue', working: 'amber', qualified: 'violet', won: 'green', lost: 'gray',
  // campaigns, imports
  draft: 'gray', scheduled: 'violet', running: 'tide', paused: 'amber', completed: 'green', cancelled: 'gray', uploaded: 'gray', ready: 'blue',
  dry_running: 'tide', undone: 'gray', skipped: 'gray',
  // messages
  queued: 'gray', sending: 'tide', sent: 'blue', delivered: 'green', opened: 'green', clicked: 'green', bounced: 'red', complained: 'red', failed: 'red',
  unknown: 'amber', suppressed: 'gray', unsubscribed: 'amber',
  // operations
  up: 'green', degraded: 'amber', down: 'red', dead: 'red', pending: 'violet', fired: 'green', active: 'green', invited: 'violet',
  granted: 'green', denied: 'red',
}

const ACTIVE = new Set(['running', 'sending', 'dry_running'])

export const label = (value: string) => {
  const text = value.replace(/[_-]/g, ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function StateBadge({ state, plain }: { state: string; plain?: boolean }) {
  return (
    <StatusBadge tone={TONES[state.toLowerCase()] ?? 'gray'} active={ACTIVE.has(state)} plain={plain}>
      {label(state)}
    </StatusBadge>
  )
}

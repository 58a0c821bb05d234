import { Skeleton } from '@mantine/core'
import { Link, type LinkProps } from '@tanstack/react-router'
import { useId, type ReactNode } from 'react'
import classes from './section.module.css'

interface Props {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  flush?: boolean
  children: ReactNode
}

export function Section({ title, note, actions, flush, children }: Props) {
  const id = useId()
  return (
    <section className={classes.card} aria-labelledby={id}>
      <div className={classes.head}>
        <div>
          <h2 className={classes.title} id={id}>
            {title}
          </h2>
          {note && <p className={classes.note}>{note}</p>}
        </div>
        {actions}
      </div>
      <div className={`${classes.body} ${flush ? classes.flush : ''}`}>{children}</div>
    </section>
  )
}

export const StatRow = ({ children }: { children: ReactNode }) => <div className={classes.stats}>{children}</div>

interface StatProps {
  label: string
  value: ReactNode
  note?: ReactNode
  to?: LinkProps['to']
  search?: Record<string, unknown>
  loading?: boolean
}

export function Stat({ label, value, note, to, search, loading }: StatProps) {
  const body = (
    <>
      <span className={classes.statLabel}>{label}</span>
      <span className={classes.statValue} data-value>{loading ? <Skeleton height={22} width={64} my={4} radius="sm" /> : value}</span>
      <span className={classes.statNote}>{note}</span>
    </>
  )
  return to ? (
    <Link to={to} search={search as never} className={classes.stat} data-stat={label}>
      {body}
    </Link>
  ) : (
    <div className={classes.stat} data-stat={label}>{body}</div>
  )
}

export function Facts({ items }: { items: (readonly [string, ReactNode] | null | false | undefined)[] }) {
  return (
    <dl className={classes.facts}>
      {items.map(
        item =>
          item && (
            <div key={item[0]} style={{ display: 'contents' }}>
              <dt>{item[0]}</dt>
              <dd>{item[1] ?? '–'}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

export function Meter({ value, max, label, tone }: { value: number; max: number; label: string; tone?: string }) {
  const share = max > 0 ? Math.min(100, (value / max) * 100) : 0
  return (
    <div className={classes.bar} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={value}>
      <div className={classes.fill} style={{ width: `${share}%`, background: tone }} />
    </div>
  )
}

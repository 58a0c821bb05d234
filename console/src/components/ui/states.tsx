import { ActionIcon, Alert, Button, CopyButton, Skeleton, Stack, Tooltip } from '@mantine/core'
import { Check, Copy, Lock, TriangleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { explain, isProblem } from '@/lib/problem'
import classes from './states.module.css'

interface EmptyProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  actions?: ReactNode
  compact?: boolean
}

/** An empty place says what belongs there and how to get it. */
export function EmptyState({ icon: Icon, title, children, actions, compact }: EmptyProps) {
  return (
    <div className={`${classes.state} ${compact ? classes.compact : ''}`}>
      <div className={classes.icon}>
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </div>
      <h2 className={classes.title}>{title}</h2>
      {children && <p className={classes.text}>{children}</p>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  )
}

export function TraceId({ id }: { id: string }) {
  return (
    <span className={classes.trace}>
      Trace <code>{id}</code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy trace id'}>
            <ActionIcon size={24} aria-label="Copy trace id" onClick={copy}>
              {copied ? <Check size={13} /> : <Copy size={13} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  )
}

export function ErrorState({ error, onRetry, compact }: { error: unknown; onRetry?: () => void; compact?: boolean }) {
  const { title, advice, traceId } = explain(error)
  const forbidden = isProblem(error) && error.status === 403
  const Icon = forbidden ? Lock : TriangleAlert
  return (
    <div role="alert" className={`${classes.state} ${compact ? classes.compact : ''}`}>
      <div className={`${classes.icon} ${forbidden ? '' : classes.bad}`}>
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </div>
      <h2 className={classes.title}>{title}</h2>
      {advice && <p className={classes.text}>{advice}</p>}
      {traceId && <TraceId id={traceId} />}
      {onRetry && !forbidden && (
        <div className={classes.actions}>
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  )
}

/** A failure inside a form or drawer, above the buttons. */
export function FormError({ message, traceId }: { message?: string; traceId?: string }) {
  if (!message) return null
  return (
    <Alert role="alert" color="red" variant="light" icon={<TriangleAlert size={16} />} p="sm">
      {message}
      {traceId && <TraceId id={traceId} />}
    </Alert>
  )
}

export function Lines({ count = 4, height = 14 }: { count?: number; height?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height} width={`${92 - ((index * 17) % 40)}%`} radius="sm" />
      ))}
    </Stack>
  )
}

interface Loadable<T> {
  data: T | undefined
  error: unknown
  refetch: () => unknown
}

/** Skeleton, failure or content of one query. */
export function Loaded<T>({ query, skeleton, children, compact }: { query: Loadable<T>; skeleton?: ReactNode; children: (data: T) => ReactNode; compact?: boolean }) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} compact={compact} />
  return skeleton ?? <div style={{ padding: 20 }}><Lines /></div>
}

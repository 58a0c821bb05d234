import { HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection } from '@microsoft/signalr'
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { freshToken } from './auth/session'

/** What each topic makes out of date. Messages never carry state, they only say where to look again. */
const STALE: Record<string, QueryKey[]> = {
  leads: [['leads'], ['assignment', 'queue']],
  customers: [['customers']],
  imports: [['imports']],
  campaigns: [['campaigns']],
  inbox: [['inbox']],
  messages: [['messages'], ['campaigns', 'recipients']],
  sandbox: [['sandbox']],
  jobs: [['worker']],
  assignment: [['assignment']],
}

const QUIET_MS = 1_000
/** Reading eight pages of a long list again every second would cost more than it tells. */
const LONG_LIST_PAGES = 4

let live = false
const listeners = new Set<() => void>()
const setLive = (next: boolean) => {
  live = next
  for (const listener of listeners) listener()
}

export const useLive = () =>
  useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => live,
  )

/** Poll only while the socket is down. */
export const usePollWhenOffline = (ms: number) => (useLive() ? (false as const) : ms)

function pageCount(data: unknown) {
  return data && typeof data === 'object' && 'pages' in data && Array.isArray(data.pages) ? data.pages.length : 1
}

export function invalidateTopic(client: QueryClient, topic: string) {
  for (const queryKey of STALE[topic] ?? []) {
    void client.invalidateQueries({ queryKey, predicate: query => pageCount(query.state.data) <= LONG_LIST_PAGES })
  }
}

/** Opens the socket and keeps it open until the returned function is called. */
export function openLive(client: QueryClient): () => void {
  const pending = new Map<string, ReturnType<typeof setTimeout>>()
  let closed = false
  let retry: ReturnType<typeof setTimeout> | undefined

  const connection: HubConnection = new HubConnectionBuilder()
    .withUrl('/live', { accessTokenFactory: async () => (await freshToken()) ?? '' })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(30_000, 1000 * 2 ** previousRetryCount) })
    .configureLogging(LogLevel.None)
    .build()

  const hear = (topic: string | undefined) => {
    if (!topic || pending.has(topic)) return
    pending.set(
      topic,
      setTimeout(() => {
        pending.delete(topic)
        invalidateTopic(client, topic)
      }, QUIET_MS),
    )
  }
  connection.on('changed', (change: { topic?: string }) => hear(change?.topic))
  connection.onreconnecting(() => setLive(false))
  connection.onreconnected(() => {
    setLive(true)
    // Whatever happened in between was not heard.
    void client.invalidateQueries()
  })
  connection.onclose(() => {
    setLive(false)
    if (!closed) start(10_000)
  })

  function start(delay: number) {
    clearTimeout(retry)
    retry = setTimeout(async () => {
      if (closed || connection.state !== HubConnectionState.Disconnected) return
      try {
        await connection.start()
        setLive(true)
        // The page asked before it listened: what changed in between was not heard.
        for (const topic of Object.keys(STALE)) hear(topic)
      } catch {
        start(Math.min(60_000, Math.max(5_000, delay * 2)))
      }
    }, delay)
  }
  start(0)

  return () => {
    closed = true
    clearTimeout(retry)
    for (const wait of pending.values()) clearTimeout(wait)
    void connection.stop()
    setLive(false)
  }
}

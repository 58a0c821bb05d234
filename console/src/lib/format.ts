import type { Money } from '@/api/types'
import { useMemo } from 'react'
import { useSession } from './auth/permissions'

const LOCALE = 'en-GB'

const numbers = new Intl.NumberFormat(LOCALE)
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 })

export const formatNumber = (value: number) => numbers.format(value)

export const formatCompact = (value: number) => (value < 10_000 ? numbers.format(value) : compact.format(value))

export function plural(count: number, one: string, many = `${one}s`) {
  return `${numbers.format(count)} ${count === 1 ? one : many}`
}

/** Share of a whole, where no whole means "no answer", not 0 %. */
export function formatShare(part: number, whole: number) {
  if (whole <= 0) return '–'
  const share = (part / whole) * 100
  return `${share > 0 && share < 10 ? share.toFixed(1) : Math.round(share)}%`
}

function currencyDigits(currency: string) {
  try {
    return new Intl.NumberFormat(LOCALE, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}

export const toMajor = (money: Money) => money.amount / 10 ** currencyDigits(money.currency)

export const toMinor = (value: number, currency: string) => Math.round(value * 10 ** currencyDigits(currency))

export function formatMoney(money?: Money | null) {
  if (!money) return '–'
  const digits = currencyDigits(money.currency)
  const value = money.amount / 10 ** digits
  const whole = Number.isInteger(value)
  try {
    return new Intl.NumberFormat(LOCALE, { style: 'currency', currency: money.currency, minimumFractionDigits: whole ? 0 : digits, maximumFractionDigits: digits }).format(value)
  } catch {
    return `${numbers.format(value)} ${money.currency}`
  }
}

export function formatBytes(bytes: number) {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

export function formatDuration(seconds: number) {
  const total = Math.max(0, Math.round(seconds))
  if (total < 60) return `${total} s`
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60 ? `${total % 60} s` : ''}`.trim()
  if (total < 86_400) return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} min`
  return `${Math.floor(total / 86_400)} d ${Math.floor((total % 86_400) / 3600)} h`
}

function safeZone(zone: string) {
  try {
    return new Intl.DateTimeFormat(LOCALE, { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${zone} ${name}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: safeZone(zone) })
    formatters.set(key, found)
  }
  return found
}

const parse = (value: string | Date) => (value instanceof Date ? value : new Date(value))
const valid = (date: Date) => !Number.isNaN(date.getTime())

export function formatDate(value: string | Date | null | undefined, zone: string) {
  if (!value) return '–'
  const date = parse(value)
  return valid(date) ? formatter(zone, 'date', { day: 'numeric', month: 'short', year: 'numeric' }).format(date) : '–'
}

export function formatDateTime(value: string | Date | null | undefined, zone: string) {
  if (!value) return '–'
  const date = parse(value)
  return valid(date) ? formatter(zone, 'full', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(date) : '–'
}

export function formatTime(value: string | Date | null | undefined, zone: string) {
  if (!value) return '–'
  const date = parse(value)
  return valid(date) ? formatter(zone, 'time', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(date) : '–'
}

/** The calendar day in the workspace's zone, as YYYY-MM-DD. */
export function dayOf(value: string | Date, zone: string) {
  const parts = formatter(zone, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(parse(value))
  const part = (type: string) => parts.find(entry => entry.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** "just now", "4 min ago", "in 2 h", and a date once that says more. */
export function formatRelative(value: string | Date | null | undefined, zone: string, now = Date.now()) {
  if (!value) return '–'
  const date = parse(value)
  if (!valid(date)) return '–'
  const seconds = Math.round((now - date.getTime()) / 1000)
  const size = Math.abs(seconds)
  if (size < 45) return seconds >= 0 ? 'just now' : 'in a moment'
  const text = size < 3600 ? `${Math.max(1, Math.round(size / 60))} min` : size < 86_400 ? `${Math.round(size / 3600)} h` : size < 7 * 86_400 ? `${Math.round(size / 86_400)} d` : null
  if (text === null) return formatDate(date, zone)
  return seconds > 0 ? `${text} ago` : `in ${text}`
}

const zoneOffset = (date: Date, zone: string) => {
  const parts = formatter(zone, 'parts', { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' }).formatToParts(date)
  const part = (type: string) => Number(parts.find(entry => entry.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(date.getTime() / 1000) * 1000
}

/** A wall-clock time in a zone ("2026-03-01T09:00") as an instant. */
export function zonedToInstant(local: string, zone: string) {
  const asUtc = new Date(`${local.length === 10 ? `${local}T00:00` : local.replace(' ', 'T')}Z`)
  if (!valid(asUtc)) return undefined
  const guess = new Date(asUtc.getTime() - zoneOffset(asUtc, zone))
  // A second look, because the first offset was that of the wrong side of a clock change.
  return new Date(asUtc.getTime() - zoneOffset(guess, zone)).toISOString()
}

/** An instant as the wall-clock time in a zone, in the form date inputs use. */
export function instantToZoned(value: string, zone: string) {
  const date = parse(value)
  return valid(date) ? new Date(date.getTime() + zoneOffset(date, zone)).toISOString().slice(0, 16) : ''
}

/** Formatting bound to the workspace's zone. */
export function useFormat() {
  const { tenant } = useSession()
  const zone = tenant.timeZone || 'UTC'
  return useMemo(
    () => ({
      zone,
      currency: tenant.currency || 'EUR',
      date: (value?: string | null) => formatDate(value, zone),
      dateTime: (value?: string | null) => formatDateTime(value, zone),
      time: (value?: string | null) => formatTime(value, zone),
      relative: (value?: string | null) => formatRelative(value, zone),
    }),
    [zone, tenant.currency],
  )
}

import { expect, test } from 'vitest'
import { dayOf, formatBytes, formatCompact, formatDate, formatDateTime, formatDuration, formatMoney, formatRelative, formatShare, instantToZoned, plural, toMajor, toMinor, zonedToInstant } from './format'

test('dates are those of the workspace, not of the browser', () => {
  expect(formatDate('2026-03-01T23:30:00Z', 'Europe/Berlin')).toBe('2 Mar 2026')
  expect(formatDate('2026-03-01T23:30:00Z', 'America/New_York')).toBe('1 Mar 2026')
  expect(formatDateTime('2026-07-01T10:05:00Z', 'Asia/Kolkata')).toBe('1 Jul 2026, 15:35')
  expect(dayOf('2026-12-31T23:30:00Z', 'Europe/Berlin')).toBe('2027-01-01')
})

test('nothing and nonsense are shown as a dash', () => {
  expect(formatDate(null, 'UTC')).toBe('–')
  expect(formatDateTime('never', 'UTC')).toBe('–')
  expect(formatMoney(null)).toBe('–')
  expect(formatShare(0, 0)).toBe('–')
})

test('an unknown zone falls back to UTC instead of breaking the page', () => {
  expect(formatDateTime('2026-01-01T10:00:00Z', 'Mars/Olympus')).toBe('1 Jan 2026, 10:00')
})

test('money knows how many digits its currency has', () => {
  expect(formatMoney({ amount: 12300, currency: 'EUR' })).toBe('€123')
  expect(formatMoney({ amount: 12345, currency: 'EUR' })).toBe('€123.45')
  expect(formatMoney({ amount: 5000, currency: 'JPY' })).toBe('JP¥5,000')
  expect(toMinor(12.34, 'EUR')).toBe(1234)
  expect(toMinor(19.99, 'EUR')).toBe(1999)
  expect(toMinor(500, 'JPY')).toBe(500)
  expect(toMajor({ amount: 1234, currency: 'EUR' })).toBe(12.34)
})

test.each([
  [10, 'just now'],
  [-10, 'in a moment'],
  [240, '4 min ago'],
  [-7200, 'in 2 h'],
  [2 * 86_400, '2 d ago'],
  [30 * 86_400, '16 Jan 2026'],
])('%i seconds ago is "%s"', (seconds, text) => {
  const now = Date.parse('2026-02-15T12:00:00Z')
  expect(formatRelative(new Date(now - seconds * 1000), 'UTC', now)).toBe(text)
})

test('a wall-clock time of the workspace becomes the right instant on both sides of a clock change', () => {
  expect(zonedToInstant('2026-01-15T09:00', 'Europe/Berlin')).toBe('2026-01-15T08:00:00.000Z')
  expect(zonedToInstant('2026-07-15T09:00', 'Europe/Berlin')).toBe('2026-07-15T07:00:00.000Z')
  expect(zonedToInstant('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
  expect(zonedToInstant('2026-03-01', 'America/New_York')).toBe('2026-03-01T05:00:00.000Z')
  expect(zonedToInstant('nonsense', 'UTC')).toBeUndefined()
})

test('there and back again', () => {
  for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Pacific/Auckland', 'UTC']) {
    expect(instantToZoned(zonedToInstant('2026-10-25T12:45', zone)!, zone)).toBe('2026-10-25T12:45')
  }
})

test('sizes, spans, shares and counts read well', () => {
  expect([999, 1500, 2_400_000, 200_000_000].map(formatBytes)).toEqual(['999 B', '1.5 kB', '2.4 MB', '200 MB'])
  expect([42, 60, 150, 7500, 100_000].map(formatDuration)).toEqual(['42 s', '1 min', '2 min 30 s', '2 h 5 min', '1 d 3 h'])
  expect([formatShare(1, 3), formatShare(1, 200), formatShare(0, 5)]).toEqual(['33%', '0.5%', '0%'])
  expect([plural(1, 'lead'), plural(2340, 'lead'), plural(2, 'person', 'people')]).toEqual(['1 lead', '2,340 leads', '2 people'])
  expect([formatCompact(9_999), formatCompact(12_345).toLowerCase()]).toEqual(['9,999', '12.3k'])
})

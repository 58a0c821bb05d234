import { expect, test } from 'vitest'
import { refuse } from './import-upload'

test.each([
  ['leads.csv', 0, /empty/],
  ['leads.csv', 250_000_000, /limit is 200 MB/],
  ['leads.xlsx', 5000, /save it as CSV/],
  ['LEADS.ZIP', 5000, /save it as CSV/],
])('%s of %i bytes is refused before it is sent', (name, size, reason) => {
  expect(refuse({ name, size })).toMatch(reason)
})

test.each(['leads.csv', 'leads.tsv', 'leads.txt', 'leads'])('%s is taken', name => {
  expect(refuse({ name, size: 5000 })).toBeUndefined()
})

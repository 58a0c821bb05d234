import type { Brand, BrandFields } from '@/api/types'

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** In this order, and unchanged ones too, so that a name that is part of another value (the legal name) does not tear it apart. */
const SHOWN = ['postalAddress', 'legalName', 'websiteUrl', 'logoUrl', 'fontFamily', 'name'] as const

/**
 * The message as last rendered by the server, with the values that are being edited in place of the saved ones.
 * Near enough to see a colour or a footer while choosing it; the exact message is rendered again on saving.
 */
export function withEdits(html: string, saved: Brand, edited: BrandFields): string {
  let result = html
  // Two steps, so that swapping the two colours does not turn both into one.
  const marks: [string, string][] = []
  const swap = (from: string | null | undefined, to: string | null | undefined, flags = 'g') => {
    if (!from) return
    const mark = `\u0000${marks.length}\u0000`
    marks.push([mark, to ?? ''])
    result = result.replace(new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), flags), mark)
  }
  if (saved.primaryColor !== edited.primaryColor) swap(saved.primaryColor, edited.primaryColor, 'gi')
  if (saved.accentColor !== edited.accentColor) swap(saved.accentColor, edited.accentColor, 'gi')
  for (const key of SHOWN) {
    const from = saved[key]
    const to = edited[key]
    swap(from && escaped(from), to ? escaped(to) : '')
    if (from && escaped(from) !== from) swap(from, to)
  }
  for (const [mark, value] of marks) result = result.replaceAll(mark, () => value)
  return result
}

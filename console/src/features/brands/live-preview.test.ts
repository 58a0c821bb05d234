import { expect, test } from 'vitest'
import type { Brand } from '@/api/types'
import { withEdits } from './live-preview'

const saved: Brand = {
  id: 'b', name: 'Tide & Co', isDefault: true, primaryColor: '#112233', accentColor: '#AABBCC', fontFamily: 'Arial, sans-serif', legalName: 'Tide & Co GmbH', postalAddress: 'Street 1',
  language: 'en', sender: { fromName: 'T', fromEmail: 't@example.com' }, version: 1, createdAt: '', updatedAt: '',
}
const html = '<td style="background:#112233;border:1px solid #aabbcc;font-family:Arial, sans-serif">Tide &amp; Co</td><p>Tide &amp; Co GmbH, Street 1</p>'

test('nothing edited changes nothing', () => {
  expect(withEdits(html, saved, saved)).toBe(html)
})

test('colours and texts being edited appear at once', () => {
  expect(withEdits(html, saved, { ...saved, primaryColor: '#ff0000', postalAddress: 'Road 2 <b>' })).toBe(
    '<td style="background:#ff0000;border:1px solid #aabbcc;font-family:Arial, sans-serif">Tide &amp; Co</td><p>Tide &amp; Co GmbH, Road 2 &lt;b&gt;</p>',
  )
})

test('the two colours can be swapped', () => {
  expect(withEdits(html, saved, { ...saved, primaryColor: '#AABBCC', accentColor: '#112233' })).toContain('background:#AABBCC;border:1px solid #112233')
})

test('a new name does not reach into the legal name', () => {
  expect(withEdits(html, saved, { ...saved, name: 'Ebb', legalName: 'Tide & Partner GmbH' })).toContain('>Ebb</td><p>Tide &amp; Partner GmbH, Street 1</p>')
  expect(withEdits(html, saved, { ...saved, name: 'Ebb' })).toContain('>Ebb</td><p>Tide &amp; Co GmbH, Street 1</p>')
})

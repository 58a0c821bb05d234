import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderApp } from '@/testing/render'
import { inScheme, MessageFrame, withBase } from './message-frame'

test('a message runs no script and reaches nothing of the console', () => {
  renderApp(<MessageFrame html="<script>parent.hacked = 1</script><p>Hi</p>" title="Preview" />)
  const sandbox = screen.getByTitle('Preview').getAttribute('sandbox') ?? ''
  expect(sandbox).not.toContain('allow-scripts')
  expect(sandbox).not.toContain('allow-same-origin')
  expect(sandbox).not.toContain('allow-forms')
})

test('links open outside the frame, in whole documents and in fragments', () => {
  expect(withBase('<html><head class="x"><title>t</title></head></html>')).toContain('<head class="x"><base target="_blank">')
  expect(withBase('<p>Hi</p>')).toContain('<base target="_blank">')
})

test('the preview answers for the colour scheme, whatever the reader’s screen is set to', () => {
  const css = '@media (prefers-color-scheme: dark){a{}} @media ( prefers-color-scheme:light ){b{}}'
  expect(inScheme(css, 'dark')).toBe('@media (min-width: 0px){a{}} @media (max-width: -1px){b{}}')
  expect(inScheme(css, 'light')).toBe('@media (max-width: -1px){a{}} @media (min-width: 0px){b{}}')
})

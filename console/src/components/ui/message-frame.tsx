import { useMemo } from 'react'

interface Props {
  html: string
  title: string
  dark?: boolean
  className?: string
}

/** Somebody else's HTML: no scripts, no same-origin, no forms. Links may open a new tab, which is how a message is tried out. */
export function MessageFrame({ html, title, dark, className }: Props) {
  const document = useMemo(() => inScheme(withBase(html), dark ? 'dark' : 'light'), [html, dark])
  return (
    <iframe
      title={title}
      className={className}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      srcDoc={document}
      style={{ border: 0, width: '100%', height: '100%', display: 'block', background: dark ? '#121212' : '#ffffff', colorScheme: dark ? 'dark' : 'light' }}
    />
  )
}

const ALWAYS = '(min-width: 0px)'
const NEVER = '(max-width: -1px)'

/** A frame asks the system which colour scheme to use; a preview has to answer for it, whatever the reader's own screen is set to. */
export function inScheme(html: string, scheme: 'light' | 'dark') {
  return html.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked: string) => (asked.toLowerCase() === scheme ? ALWAYS : NEVER))
}

/** Links leave the frame; a fragment without a head still becomes a document. */
export function withBase(html: string) {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, head => `${head}${base}`) : `<!doctype html><html><head><meta charset="utf-8">${base}</head><body>${html}</body></html>`
}

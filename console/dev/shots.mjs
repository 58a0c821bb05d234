// Screenshots of the pages, for looking at them:  node dev/shots.mjs [--base=http://127.0.0.1:5173] [--dark] [--narrow] [--axe] [--sign-in=email:password] [name…]
// Signed in it shows a real platform, without it the mock.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const flags = new Map(process.argv.slice(2).filter(a => a.startsWith('--')).map(a => a.slice(2).split('=')))
const only = process.argv.slice(2).filter(a => !a.startsWith('--'))
const base = flags.get('base') ?? 'http://127.0.0.1:5173'
const out = new URL('./shots/', import.meta.url).pathname
mkdirSync(out, { recursive: true })
const axe = flags.has('axe') ? readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') : null

let token
const api = async path => (await fetch(`${base}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {})).json()
const first = async path => ((list => list.data ?? list)(await api(path)))[0]?.id
const pages = {
  'sign-in': { path: '/sign-in', signedOut: true },
  register: { path: '/register', signedOut: true },
  home: { path: '/' },
  leads: { path: '/leads' },
  'leads-filtered': { path: '/leads?status=working&ownerId=none' },
  'leads-selected': { path: '/leads', act: async p => { await p.getByLabel(/^Select (?!all)/).nth(1).click(); await p.getByLabel(/^Select (?!all)/).nth(3).click() } },
  'lead-new': { path: '/leads?create=true' },
  lead: { path: async () => `/leads/${await first('/api/leads/leads?limit=1')}` },
  imports: { path: '/imports' },
  'import-new': { path: '/imports/new' },
  'import-map': { path: async () => `/imports/${(await api('/api/leads/imports')).data.find(i => ['uploaded', 'ready'].includes(i.status))?.id}?step=map` },
  'import-check': { path: async () => `/imports/${(await api('/api/leads/imports')).data.find(i => ['uploaded', 'ready'].includes(i.status))?.id}?step=map`, act: async p => { await p.getByRole('button', { name: 'Continue to check' }).click(); await p.getByText('Ready to import').waitFor() } },
  'import-done': { path: async () => `/imports/${(await api('/api/leads/imports')).data.find(i => i.status === 'completed')?.id}` },
  campaigns: { path: '/campaigns' },
  campaign: { path: async () => `/campaigns/${(await api('/api/campaigns/campaigns')).data.find(c => c.status !== 'draft')?.id}` },
  'campaign-new': { path: '/campaigns/new' },
  'campaign-content': { path: async () => `/campaigns/${(await api('/api/campaigns/campaigns')).data.find(c => c.status === 'draft')?.id}/edit` },
  'campaign-audience': { path: async () => `/campaigns/${(await api('/api/campaigns/campaigns')).data.find(c => c.status === 'draft')?.id}/edit?step=audience` },
  'campaign-review': { path: async () => `/campaigns/${(await api('/api/campaigns/campaigns')).data.find(c => c.status === 'draft')?.id}/edit?step=review` },
  sandbox: { path: async () => `/sandbox?message=${await first('/api/notifications/sandbox')}` },
  messages: { path: '/messages' },
  rules: { path: '/assignment' },
  'rule-edit': { path: '/assignment', act: async p => p.getByRole('button', { name: /^Edit/ }).nth(1).click() },
  pools: { path: '/assignment/pools' },
  workload: { path: '/assignment/workload' },
  'decision-log': { path: '/assignment/log' },
  customers: { path: '/customers' },
  customer: { path: async () => `/customers/${await first('/api/customers/customers?limit=1')}` },
  suppressions: { path: '/customers/suppressions' },
  workspace: { path: '/settings/workspace' },
  members: { path: '/settings/members' },
  pipeline: { path: '/settings/pipeline' },
  brands: { path: '/settings/brands' },
  brand: { path: async () => `/settings/brands/${await first('/api/brands/brands')}` },
  scheduler: { path: '/settings/scheduler' },
  system: { path: '/system' },
  queues: { path: '/system/queues' },
  jobs: { path: '/system/jobs' },
  'dead-letters': { path: '/system/dead-letters' },
  palette: { path: '/leads', act: async p => { await p.keyboard.press('Control+k'); await p.getByRole('combobox', { name: 'Search or jump to' }).fill('ha'); await p.waitForTimeout(500) } },
  bell: { path: '/', act: async p => p.getByRole('button', { name: /^Notifications/ }).locator('visible=true').first().click() },
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const narrow = flags.has('narrow')
const context = await browser.newContext({ viewport: narrow ? { width: 390, height: 844 } : { width: 1440, height: 900 }, colorScheme: flags.has('dark') ? 'dark' : 'light', reducedMotion: 'reduce' })
if (flags.has('sign-in')) {
  const [email, password] = flags.get('sign-in').split(':')
  const answer = await (await context.request.post(`${base}/api/identity/sign-in`, { data: { email, password }, headers: { 'X-Tideline-Client': 'console' } })).json()
  token = answer.accessToken
}
let bad = 0
for (const [name, { path, act, signedOut }] of Object.entries(pages)) {
  if (only.length && !only.includes(name)) continue
  const page = await context.newPage()
  const complaints = []
  page.on('console', message => ['error', 'warning'].includes(message.type()) && !/\/live|Failed to load resource/.test(message.text()) && complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('request', request => !request.url().startsWith(base) && !/^(data|blob|about):/.test(request.url()) && complaints.push(`external request ${request.url()}`))
  try {
    if (signedOut) await page.route('**/api/identity/refresh', route => route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"Sign in","status":401}' }))
    await page.goto(base + (typeof path === 'function' ? await path() : path))
    await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => undefined)
    await page.waitForTimeout(350)
    await act?.(page)
    await page.waitForTimeout(250)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1)
    if (wide) complaints.push('the page scrolls sideways')
    if (axe) {
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
      for (const v of violations) complaints.push(`axe ${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(n => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
    }
    await page.screenshot({ path: `${out}${name}${flags.has('dark') ? '-dark' : ''}${narrow ? '-narrow' : ''}.png` })
  } catch (error) {
    complaints.push(String(error).slice(0, 400))
  }
  bad += complaints.length
  console.log(`${complaints.length ? '✗' : '✓'} ${name}${complaints.map(c => `\n    ${c.slice(0, 500)}`).join('')}`)
  await page.close()
}
await browser.close()
console.log(bad ? `${bad} complaints` : 'no complaints')

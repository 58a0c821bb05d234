// The pictures of the documentation, from a running platform:  TIDELINE_URL=http://127.0.0.1:8080 node e2e/screenshots.mjs [folder]
// Walks through a workspace of its own, made for the purpose; TIDELINE_LEADS names a CSV file to import instead of invented leads.
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { base, openBrowser, someone } from './browser.mjs'
import { inventedLeads } from './invented.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))
const MOST_BYTES = 300 * 1024
mkdirSync(folder, { recursive: true })

const given = process.env.TIDELINE_LEADS
const file = given ? { name: basename(given), mimeType: 'text/csv', buffer: readFileSync(given) } : { name: 'spring-fair.csv', mimeType: 'text/csv', buffer: inventedLeads(1_200) }

const person = { ...someone(), tenantName: 'Northwind Solar' }
const { browser, context, page } = await openBrowser({ width: 1440, height: 900 })
await context.route('https://example.com/**', route => route.fulfill({ contentType: 'text/html', body: '<h1>Roof calculator</h1>' }))
const PATIENCE = 180_000

/** One picture in each scheme; what is still loading or turning would be different every time. */
async function picture(name) {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.waitForFunction(wanted => document.documentElement.dataset.mantineColorScheme === wanted && !document.querySelector('[class*=Skeleton-root], [class*=Loader-root]'), scheme)
    await page.evaluate(() => document.fonts.ready)
    const path = resolve(join(folder, `${name}-${scheme}.png`))
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    const size = statSync(path).size
    if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MOST_BYTES} belong into a repository`)
    console.log(`${name}-${scheme}.png  ${Math.round(size / 1024)} kB`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

/** A request in the name of the person, for what no picture is about. */
let token
async function api(method, path, body) {
  const request = { method, headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) } }
  if (body !== undefined) request.body = JSON.stringify(body)
  const response = await fetch(base + path, request)
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  const text = await response.text()
  return text ? JSON.parse(text) : undefined
}

async function enter() {
  const { name, email, password, tenantName } = person
  const session = await api('POST', '/api/identity/register', { name, email, password, tenantName })
  token = session.accessToken
  await context.request.post(`${base}/api/identity/sign-in`, { data: { email, password }, headers: { 'X-Tideline-Client': 'console' } })
  return session.user.id
}

async function prepare(userId) {
  const pool = await api('POST', '/api/assignment/pools', { name: 'Inside sales', members: [{ userId, weight: 2 }] })
  const field = await api('POST', '/api/assignment/pools', { name: 'Field team', members: [{ userId, weight: 1 }] })
  const rule = (name, poolId, strategy, conditions) => api('POST', '/api/assignment/rules', { name, poolId, strategy, conditions })
  await rule('Referrals to the field team', field.id, 'round_robin', [{ field: 'source', op: 'eq', value: 'Referral' }])
  await rule('Cold leads to whoever has time', pool.id, 'least_loaded', [{ field: 'source', op: 'in', value: ['Cold Call', 'Cold Email'] }])
  await rule('Everybody else', pool.id, 'round_robin', [])
  const [brand] = (await api('GET', '/api/brands/brands')).data
  const response = await fetch(`${base}/api/brands/brands/${brand.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'if-match': `"${brand.version}"` },
    body: JSON.stringify({ legalName: 'Northwind Solar GmbH', postalAddress: 'Harbour Road 1, 20457 Hamburg', sender: { fromName: 'Northwind Solar', fromEmail: 'hello@northwind.example' } }),
  })
  if (!response.ok) throw new Error(await response.text())
}

const BODY = `<h1>Good day {{#if firstName}}{{firstName}}{{else}}there{{/if}},</h1>

<p>your roof works eight hours a day. {{#if company}}For {{company}} we{{else}}We{{/if}} have
reckoned what it could earn: most of our customers get their money back
within seven years.</p>

<p><a href="https://example.com/roof" class="button">See the numbers</a></p>

<p>Best regards<br>Maria Lindqvist</p>
`

const userId = await enter()
await prepare(userId)

await page.goto(`${base}/imports/new`)
await page.getByLabel('CSV file').setInputFiles(file)
await page.getByRole('region', { name: 'First rows of the file' }).waitFor()
await picture('import-wizard')
await page.getByRole('button', { name: 'Continue to check' }).click()
await page.getByText('Ready to import').waitFor()
await page.getByRole('button', { name: /^Import [\d,]+ leads/ }).click()
await page.getByText('The import is finished').waitFor({ timeout: PATIENCE })
await page.goto(`${base}/leads?ownerId=none`)
await page.getByRole('heading', { name: 'No lead matches' }).waitFor({ timeout: PATIENCE })
await page.goto(`${base}/leads`)
await page.getByRole('table', { name: 'Leads' }).getByText(person.name).first().waitFor()
await picture('leads')

await page.getByRole('table', { name: 'Leads' }).getByRole('link').nth(2).click()
await page.getByRole('group', { name: 'Stage' }).getByRole('button').nth(1).click()
await page.getByLabel('Note text').fill('Wants the numbers for the south roof before Thursday; decides together with her brother.')
await page.getByRole('button', { name: 'Add note' }).click()
await page.getByRole('group', { name: 'Activity' }).getByText('Wants the numbers').waitFor()
await picture('lead')

await page.goto(`${base}/assignment`)
await page.getByRole('list', { name: 'Assignment rules' }).getByRole('listitem').first().waitFor()
await picture('assignment')

await page.goto(`${base}/campaigns/new`)
await page.getByLabel('Name', { exact: true }).fill('Spring roof check')
await page.getByLabel('Subject').fill('{{firstName}}, what your roof could earn')
await page.getByRole('button', { name: 'Create draft' }).click()
await page.getByRole('textbox', { name: 'Message HTML' }).click()
await page.keyboard.press('Control+a')
await page.keyboard.insertText(BODY)
await page.frameLocator('iframe[title="Message preview"]').getByRole('link', { name: 'See the numbers' }).waitFor()
await page.getByText('Saved', { exact: true }).waitFor()
await picture('campaign-compose')
await page.getByRole('link', { name: 'Delivery', exact: true }).click()
await page.getByRole('link', { name: 'Review and start' }).click()
await page.getByText('The message renders without problems.').waitFor()
await page.getByRole('button', { name: 'Start campaign' }).click()
await page.getByRole('dialog').getByRole('button', { name: /^Send to/ }).click()
await page.getByText('Completed', { exact: true }).waitFor({ timeout: PATIENCE })
const campaign = page.url().split('/').pop()

// Some of the recipients read, some follow the link, and one leaves.
const captured = (await api('GET', `/api/notifications/sandbox?campaignId=${campaign}&limit=60`)).data
for (const [index, { id }] of captured.entries()) {
  const { html, unsubscribeUrl } = await api('GET', `/api/notifications/sandbox/${id}`)
  const addresses = [...html.matchAll(/\/api\/notifications\/t\/[oc]\/[\w.-]+/g)].map(match => match[0])
  const opened = addresses.find(address => address.includes('/t/o/'))
  if (opened && index % 3) await fetch(base + opened)
  const link = addresses.find(address => address.includes('/t/c/'))
  if (link && index % 5 === 1) await fetch(base + link, { redirect: 'manual' })
  if (index === 7) await fetch(base + new URL(unsubscribeUrl).pathname, { method: 'POST' })
}
await page.goto(`${base}/campaigns/${campaign}`)
await page.waitForFunction(() => document.querySelector('[data-stat=Unsubscribed] [data-value]')?.textContent === '1', undefined, { timeout: PATIENCE })
await page.locator('.recharts-surface').first().waitFor()
await picture('monitor')

await page.goto(`${base}/sandbox?campaignId=${campaign}&message=${captured[0].id}`)
await page.frameLocator('iframe[title^="Message to"]').getByRole('link', { name: 'See the numbers' }).waitFor()
await picture('sandbox')

await page.goto(base)
await page.getByRole('group', { name: 'Recent activity' }).getByRole('link').first().waitFor()
await picture('home')

// Only operators see it; somewhere the person is none.
await page.goto(`${base}/system`)
const services = page.getByRole('table', { name: 'Services' })
await services.or(page.getByRole('alert')).first().waitFor()
if (await services.isVisible()) await picture('system')
else console.log('system: left out, as this person is no operator of the installation')

await browser.close()

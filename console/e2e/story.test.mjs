// The main story of the product as a person walks it: rules are set, a file of leads becomes people with an owner, people get a message, the numbers arrive.
//   TIDELINE_URL    the running platform
//   TIDELINE_LEADS  a CSV file to import instead of the small one made here
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, test } from 'node:test'
import { base, openBrowser, register } from './browser.mjs'

const SMALL = 40
const given = process.env.TIDELINE_LEADS

const small = () => {
  const rows = Array.from({ length: SMALL }, (_, i) => `Person${i};Tester;Firma ${i % 7};person${i}@example.com;0${30 + i} 1234${String(i).padStart(3, '0')};Trade fair;${i % 3 ? 'New' : 'Closed Won'}`)
  return Buffer.from(['First Name;Last Name;Company;Email 1;Phone 1;Source;Deal Stage', ...rows, 'No;Address;Nowhere;;;;New'].join('\r\n'))
}
const file = given ? { name: basename(given), mimeType: 'text/csv', buffer: readFileSync(given) } : { name: 'fair.csv', mimeType: 'text/csv', buffer: small() }
/** A large file takes its time to be imported, handed out and written to. */
const PATIENCE = given ? 120_000 : 60_000

let browser, context, page, faults, person, campaignUrl

before(async () => {
  ;({ browser, context, page, faults } = await openBrowser())
  // Where the link in the message leads; nothing outside is asked.
  await context.route('https://example.com/**', route => route.fulfill({ contentType: 'text/html', body: '<h1>Roof calculator</h1>' }))
  person = await register(page)
})
after(async () => {
  await browser?.close()
  assert.deepEqual(faults, [])
})

/** The number of a figure of the page, once it is at least so much. */
const figure = (label, atLeast) =>
  page.waitForFunction(
    ([name, least]) => {
      const found = [...document.querySelectorAll('[data-stat]')].find(stat => stat.getAttribute('data-stat') === name)
      const value = Number(found?.querySelector('[data-value]')?.textContent?.replace(/\D/g, ''))
      return value >= least ? { value } : null
    },
    [label, atLeast],
    { timeout: PATIENCE },
  ).then(async handle => (await handle.jsonValue()).value)

test('leads will be routed: a pool with a member, and a rule that sends everybody to it', async () => {
  await page.goto(`${base}/assignment`)
  await page.getByRole('link', { name: 'Create a pool first' }).click()
  await page.getByRole('button', { name: 'New pool' }).first().click()
  const pool = page.getByRole('dialog', { name: 'New pool' })
  await pool.getByLabel('Name').fill('Inside sales')
  await pool.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('combobox', { name: 'Add a member to Inside sales' }).click()
  await page.getByRole('option', { name: person.name }).click()
  await page.getByRole('table', { name: 'Members of Inside sales' }).getByRole('row', { name: new RegExp(person.name) }).waitFor()
  await page.goto(`${base}/assignment`)
  await page.getByRole('button', { name: 'New rule' }).first().click()
  const rule = page.getByRole('dialog', { name: 'New rule' })
  await rule.getByLabel('Name').fill('Everybody')
  await rule.getByRole('button', { name: 'Save rule' }).click()
  await page.getByRole('list', { name: 'Assignment rules' }).getByRole('listitem').filter({ hasText: 'Everybody' }).waitFor()
})

test('a brand has its sender and its address before the first campaign', async () => {
  await page.goto(`${base}/settings/brands`)
  await page.getByRole('table', { name: 'Brands' }).getByRole('link').first().click()
  await page.getByLabel('Postal address').fill('Harbour Road 1, Hamburg')
  await page.getByLabel('Sender email').fill('hello@northwind.example')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText(/ saved$/).waitFor()
  await page.frameLocator('iframe[title="Message in this brand"]').getByText('Harbour Road 1, Hamburg').waitFor()
})

test('a file that is no CSV is refused before it is sent', async () => {
  await page.goto(`${base}/imports/new`)
  await page.getByLabel('CSV file').setInputFiles({ name: 'leads.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') })
  await page.getByRole('alert').filter({ hasText: 'save it as CSV' }).waitFor()
})

test('a file of leads is matched, checked and imported', async () => {
  await page.goto(`${base}/imports/new`)
  await page.getByLabel('CSV file').setInputFiles(file)
  await page.getByRole('region', { name: 'First rows of the file' }).waitFor()
  assert.equal(await page.getByRole('combobox', { name: /^Field for Email 1/ }).inputValue(), 'Email')
  await page.getByRole('button', { name: 'Continue to check' }).click()
  await page.getByText('Ready to import').waitFor()
  await page.getByRole('button', { name: /^Import [\d,]+ leads/ }).click()
  await page.getByText('The import is finished').waitFor({ timeout: PATIENCE })
  await page.getByRole('link', { name: 'View leads' }).click()
  await page.getByRole('table', { name: 'Leads' }).getByRole('link').first().waitFor()
})

test('every lead finds its owner while one watches', async () => {
  await page.goto(`${base}/leads?ownerId=none`)
  await page.getByRole('heading', { name: 'No lead matches' }).waitFor({ timeout: PATIENCE })
  await page.goto(`${base}/leads`)
  await page.getByRole('table', { name: 'Leads' }).getByText(person.name).first().waitFor()
})

test('a campaign is composed with a live preview and saves itself', async () => {
  await page.goto(`${base}/campaigns/new`)
  await page.getByLabel('Name', { exact: true }).fill('Spring roof check')
  await page.getByLabel('Subject').fill('{{firstName}}, what your roof could earn')
  await page.getByRole('button', { name: 'Create draft' }).click()
  const editor = page.getByRole('textbox', { name: 'Message HTML' })
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('<h1>Good day {{firstName}}</h1><p>of {{company}}: a <a href="https://example.com/roof">roof calculator</a> for you.</p>')
  await page.frameLocator('iframe[title="Message preview"]').getByRole('heading', { name: /^Good day \S+/ }).waitFor()
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.reload()
  await page.frameLocator('iframe[title="Message preview"]').getByRole('heading', { name: /^Good day \S+/ }).waitFor()
})

test('the audience counts while it is built', async () => {
  await page.getByRole('link', { name: 'Audience', exact: true }).click()
  await page.getByRole('button', { name: 'Add include condition' }).click()
  await page.getByRole('menuitem', { name: 'Status' }).click()
  await page.getByRole('combobox', { name: 'Include status' }).or(page.getByLabel('Include status')).first().click()
  await page.getByRole('option', { name: 'New', exact: true }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('status').filter({ hasText: /[1-9][\d,]*\s*people get the message/ }).waitFor()
  await page.getByText('Leads that match').waitFor()
})

test('a test message goes to the author', async () => {
  await page.getByRole('link', { name: 'Delivery', exact: true }).click()
  await page.getByRole('button', { name: 'Send test' }).click()
  await page.getByText('Test on its way').waitFor()
})

test('the campaign is reviewed, started after a question, and watched until the last message is out', async () => {
  await page.getByRole('link', { name: 'Review and start' }).click()
  await page.getByText('The message renders without problems.').waitFor()
  await page.getByRole('button', { name: 'Start campaign' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Send to/ }).click()
  await page.getByRole('progressbar', { name: 'Campaign progress' }).waitFor()
  campaignUrl = page.url()
  // No reload: the page follows by itself.
  await page.getByText('Completed', { exact: true }).waitFor({ timeout: PATIENCE })
  await figure('Sent', 1)
  await page.getByRole('tab', { name: 'Recipients' }).click()
  await page.getByRole('table', { name: 'Recipients' }).getByRole('row').nth(1).waitFor()
})

test('the sandbox shows a message as its recipient sees it; a link is followed, and the recipient unsubscribes', async () => {
  await page.getByRole('link', { name: 'Captured messages' }).click()
  await page.getByRole('list', { name: 'Captured messages' }).getByRole('link').first().click()
  const message = page.frameLocator('iframe[title^="Message to"]')
  await message.getByRole('heading', { name: /^Good day \S+/ }).waitFor()
  const [shop] = await Promise.all([context.waitForEvent('page'), message.getByRole('link', { name: 'roof calculator' }).click()])
  await shop.getByRole('heading', { name: 'Roof calculator' }).waitFor()
  await shop.close()
  const [leaving] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Unsubscribe page' }).click()])
  await leaving.getByText('Nothing changes until you press the button.').waitFor()
  await leaving.getByRole('button', { name: 'Unsubscribe' }).click()
  await leaving.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
  await leaving.close()
  for (const view of ['Mobile', 'Text', 'Headers', 'Raw']) await page.getByRole('radiogroup', { name: 'View' }).getByText(view, { exact: true }).click()
})

test('opening, clicking and leaving arrive in the numbers of the campaign', async () => {
  await page.goto(campaignUrl)
  for (const label of ['Opened', 'Clicked', 'Unsubscribed']) assert.equal(await figure(label, 1), 1, label)
})

test('home tells what happened today', async () => {
  await page.goto(base)
  await page.getByText('Leads by stage').waitFor()
  await page.getByRole('group', { name: 'Recent activity' }).getByRole('link', { name: /Spring roof check/ }).first().waitFor()
})

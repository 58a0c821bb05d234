// The main story of the product as a person walks it: a file of leads becomes people, people get a message, the numbers arrive.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { base, openBrowser, register } from './browser.mjs'

const LEADS = 40

const csv = () => {
  const rows = Array.from({ length: LEADS }, (_, i) => `Person${i};Tester;Firma ${i % 7};person${i}@example.com;0${30 + i} 1234${String(i).padStart(3, '0')};Trade fair;${i % 3 ? 'New' : 'Closed Won'}`)
  return ['First Name;Last Name;Company;Email 1;Phone 1;Source;Deal Stage', ...rows, 'No;Address;Nowhere;;;;New'].join('\r\n')
}

let browser, page, faults

before(async () => {
  ;({ browser, page, faults } = await openBrowser())
  await register(page)
})
after(async () => {
  await browser?.close()
  assert.deepEqual(faults, [])
})

test('a brand is there before the first campaign', async () => {
  await page.goto(`${base}/settings/brands`)
  await page.getByRole('table', { name: 'Brands' }).or(page.getByRole('heading', { name: 'No brand yet' })).waitFor()
  if (await page.getByRole('heading', { name: 'No brand yet' }).isVisible()) {
    await page.getByRole('button', { name: 'New brand' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'New brand' })
    await dialog.getByLabel('Name', { exact: true }).fill('Northwind')
    await dialog.getByLabel('Postal address').fill('Harbour Road 1, Hamburg')
    await dialog.getByRole('button', { name: 'Create brand' }).click()
  } else {
    await page.getByRole('table', { name: 'Brands' }).getByRole('link').first().click()
    await page.getByLabel('Postal address').fill('Harbour Road 1, Hamburg')
    await page.getByLabel('Sender email').fill('hello@northwind.example')
    const save = page.getByRole('button', { name: 'Save changes' })
    if (await save.isEnabled()) await save.click()
  }
  await page.frameLocator('iframe[title="Message in this brand"]').getByText('Harbour Road 1, Hamburg').waitFor()
})

test('a file that is no CSV is refused before it is sent', async () => {
  await page.goto(`${base}/imports/new`)
  await page.getByLabel('CSV file').setInputFiles({ name: 'leads.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') })
  await page.getByRole('alert').filter({ hasText: 'save it as CSV' }).waitFor()
})

test('a file of leads is matched, checked and imported', async () => {
  await page.goto(`${base}/imports/new`)
  await page.getByLabel('CSV file').setInputFiles({ name: 'fair.csv', mimeType: 'text/csv', buffer: Buffer.from(csv()) })
  await page.getByRole('region', { name: 'First rows of the file' }).waitFor()
  assert.equal(await page.getByRole('combobox', { name: /^Field for Email 1/ }).inputValue(), 'Email')
  await page.getByRole('button', { name: 'Continue to check' }).click()
  await page.getByText('Ready to import').waitFor()
  await page.getByRole('button', { name: /^Import [\d,]+ leads/ }).click()
  await page.getByText('The import is finished').waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: 'View leads' }).click()
  await page.getByRole('table', { name: 'Leads' }).getByRole('link').first().waitFor()
})

test('a campaign is composed with a live preview and saves itself', async () => {
  await page.goto(`${base}/campaigns/new`)
  await page.getByLabel('Name', { exact: true }).fill('Spring roof check')
  await page.getByLabel('Subject').fill('{{firstName}}, what your roof could earn')
  await page.getByRole('button', { name: 'Create draft' }).click()
  const editor = page.getByRole('textbox', { name: 'Message HTML' })
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('<h1>Good day {{firstName}}</h1><p>of {{company}}: a <a href="https://example.com/roof">roof</a> for you.</p>')
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
  await page.getByRole('status').filter({ hasText: /\d+\s*people get the message/ }).waitFor()
  await page.getByText('Leads that match').waitFor()
})

test('a test message goes to the author', async () => {
  await page.getByRole('link', { name: 'Delivery', exact: true }).click()
  await page.getByRole('button', { name: 'Send test' }).click()
  await page.getByText('Test on its way').waitFor()
})

test('the campaign is reviewed, started after a question, and its numbers arrive', async () => {
  await page.getByRole('link', { name: 'Review and start' }).click()
  await page.getByText('The message renders without problems.').waitFor()
  await page.getByRole('button', { name: 'Start campaign' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Send to/ }).click()
  await page.getByRole('progressbar', { name: 'Campaign progress' }).waitFor()
  await page.getByText('Completed', { exact: true }).or(page.getByText(/^Finished/)).first().waitFor({ timeout: 90_000 })
  await page.getByRole('tab', { name: 'Recipients' }).click()
  await page.getByRole('table', { name: 'Recipients' }).getByRole('row').nth(1).waitFor()
})

test('the sandbox shows a message as its recipient sees it', async () => {
  await page.getByRole('link', { name: 'Captured messages' }).click()
  await page.getByRole('list', { name: 'Captured messages' }).getByRole('link').first().click()
  await page.locator('iframe[title^="Message to"]').waitFor()
  for (const view of ['Mobile', 'Text', 'Headers', 'Raw']) await page.getByRole('radiogroup', { name: 'View' }).getByText(view, { exact: true }).click()
})

test('home tells what happened today', async () => {
  await page.goto(base)
  await page.getByText('Leads by stage').waitFor()
  await page.getByRole('group', { name: 'Recent activity' }).getByRole('link', { name: /Spring roof check/ }).first().waitFor()
})

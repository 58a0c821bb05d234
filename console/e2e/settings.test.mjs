import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { base, openBrowser, register } from './browser.mjs'

let browser, page, faults, person

before(async () => {
  ;({ browser, page, faults } = await openBrowser())
  person = await register(page)
})
after(async () => {
  await browser?.close()
  assert.deepEqual(faults, [])
})

const choose = async (label, option) => {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test('the workspace gets another name, zone and currency, and the console follows', async () => {
  await page.goto(`${base}/settings/workspace`)
  await page.getByLabel('Name', { exact: true }).fill(`Renamed ${person.key}`)
  await choose('Country', 'Germany')
  await choose('Time zone', 'Europe/Berlin')
  await choose('Currency', 'EUR')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Workspace saved').waitFor()
  await page.getByRole('button', { name: `Workspace Renamed ${person.key}, switch workspace` }).waitFor()
})

test('somebody is invited, and the invitation is withdrawn', async () => {
  await page.goto(`${base}/settings/members?invite=true`)
  const dialog = page.getByRole('dialog', { name: 'Invite a member' })
  await dialog.getByLabel('Email').fill(`agent.${person.key}@example.com`)
  await dialog.getByRole('button', { name: 'Send invitation' }).click()
  const row = page.getByRole('table', { name: 'Open invitations' }).getByRole('row', { name: new RegExp(`agent.${person.key}`) })
  await row.waitFor()
  await row.getByRole('button', { name: 'Withdraw' }).click()
  await row.waitFor({ state: 'detached' })
})

test('the pipeline gets a stage', async () => {
  await page.goto(`${base}/settings/pipeline`)
  await page.getByRole('button', { name: 'Add stage' }).click()
  const names = page.getByLabel(/^Name of stage/)
  await names.last().fill('Handshake')
  await page.getByRole('button', { name: 'Save pipeline' }).click()
  await page.getByText('Pipeline saved').waitFor()
  await page.reload()
  await names.last().waitFor()
  assert.equal(await names.last().inputValue(), 'Handshake')
})

test('a brand is made, changed while its mail is watched, and refused with the field named', async () => {
  await page.goto(`${base}/settings/brands`)
  await page.getByRole('button', { name: 'New brand' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New brand' })
  await dialog.getByLabel('Name', { exact: true }).fill(`Ebb ${person.key}`)
  await dialog.getByLabel('Postal address').fill('Harbour Road 1, Hamburg')
  await dialog.getByLabel('Sender email').fill('hello@ebb.example')
  await dialog.getByRole('button', { name: 'Create brand' }).click()
  const mail = page.frameLocator('iframe[title="Message in this brand"]')
  await mail.getByText('Harbour Road 1, Hamburg').waitFor()
  await page.getByLabel('Postal address').fill('Pier 7, Hamburg')
  await mail.getByText('Pier 7, Hamburg').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText(/saved$/).first().waitFor()
  await mail.getByText('Pier 7, Hamburg').waitFor()
  await page.getByLabel('Logo').fill('javascript:alert(1)')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.locator('[aria-invalid=true]').first().waitFor()
})

test('a second workspace is opened, and one can go back', async () => {
  await page.goto(base)
  await page.getByRole('button', { name: /switch workspace$/ }).click()
  await page.getByRole('menuitem', { name: 'New workspace' }).click()
  const dialog = page.getByRole('dialog', { name: 'New workspace' })
  await dialog.getByLabel('Workspace name').fill(`Second ${person.key}`)
  await dialog.getByRole('button', { name: 'Create workspace' }).click()
  await page.getByRole('button', { name: `Workspace Second ${person.key}, switch workspace` }).click()
  await page.getByRole('menuitem', { name: `Renamed ${person.key}` }).click()
  await page.getByRole('button', { name: `Workspace Renamed ${person.key}, switch workspace` }).waitFor()
})

test('the theme is chosen and kept', async () => {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
  await page.reload()
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
})

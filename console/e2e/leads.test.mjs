import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { base, openBrowser, register, someone } from './browser.mjs'

let browser, context, page, faults, person

before(async () => {
  ;({ browser, context, page, faults } = await openBrowser())
})
after(async () => {
  await browser?.close()
  assert.deepEqual(faults, [])
})

test('a new workspace greets its owner and says what to do first', async () => {
  person = await register(page, someone())
  await page.getByRole('heading', { name: 'Get going' }).waitFor()
})

test('the session survives a reload, and a second tab', async () => {
  await page.reload()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  const second = await context.newPage()
  await Promise.all([second.goto(`${base}/leads`), page.reload()])
  await second.getByRole('heading', { name: 'Leads', exact: true }).waitFor()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await second.close()
})

test('a lead is added by hand; the same address again leads to the lead that is there', async () => {
  for (const round of [1, 2]) {
    await page.goto(`${base}/leads?create=true`)
    const form = page.getByRole('dialog', { name: 'New lead' })
    await form.getByLabel('First name').fill('Ada')
    await form.getByLabel('Last name').fill('Byron')
    await form.getByLabel('Email').fill('ada.byron@example.com')
    await form.getByLabel('Company').fill('Analytical Engines')
    await form.getByRole('button', { name: 'Create lead' }).click()
    await page.getByRole('heading', { name: 'Ada Byron' }).waitFor()
    if (round === 2) await page.getByText('This person was already a lead').waitFor()
  }
})

test('a mistake is shown at its field', async () => {
  await page.goto(`${base}/leads?create=true`)
  const form = page.getByRole('dialog', { name: 'New lead' })
  await form.getByLabel('First name').fill('Nobody')
  await form.getByRole('button', { name: 'Create lead' }).click()
  await form.getByText('Enter an email address or a phone number').waitFor()
  await form.getByLabel('Phone').fill('12')
  await form.getByRole('button', { name: 'Create lead' }).click()
  await form.getByText(/Not a phone number/).waitFor()
  await page.keyboard.press('Escape')
})

test('fields are edited in place, the stage is moved, a note is added, and the timeline tells all of it', async () => {
  await page.goto(`${base}/leads`)
  await page.getByRole('link', { name: 'Ada Byron' }).click()
  await page.getByRole('button', { name: /^Edit Company/ }).click()
  await page.getByLabel('Company').fill('Difference Engines')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Edit Company: Difference Engines' }).waitFor()

  const bar = page.getByRole('group', { name: 'Stage' })
  const steps = await bar.getByRole('button').allInnerTexts()
  await bar.getByRole('button', { name: steps[1] }).click()
  await bar.locator('[aria-current=step]', { hasText: steps[1] }).waitFor()

  await page.getByLabel('Note text').fill('Wants numbers before Thursday.')
  await page.getByRole('button', { name: 'Add note' }).click()
  const timeline = page.getByRole('group', { name: 'Activity' })
  await timeline.getByText('Wants numbers before Thursday.').waitFor()
  await timeline.getByText(/Difference Engines/).first().waitFor()
})

test('the list is searched, filtered, sorted and walked with the keyboard', async () => {
  await page.goto(`${base}/leads`)
  await page.getByRole('link', { name: 'Ada Byron' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('nobody-of-that-name')
  await page.getByRole('heading', { name: 'No lead matches' }).waitFor()
  await page.getByRole('button', { name: 'Clear search and filters' }).click()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('combobox', { name: 'Status' }).click()
  await page.getByRole('option', { name: 'Working' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove filter Status' }).click()
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=ascending]')).waitFor()
  await page.getByRole('link', { name: 'Ada Byron' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Ada Byron' }).waitFor()
})

test('leads are exported as they are filtered', async () => {
  await page.goto(`${base}/leads`)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()])
  assert.equal(file.suggestedFilename(), 'leads.csv')
})

test('the palette finds a lead', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('byron')
  await page.getByRole('option', { name: /Ada Byron/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Ada Byron' }).waitFor()
})

test('signing out ends it here and in the other tab; signing in returns to where one was going', async () => {
  const second = await context.newPage()
  await second.goto(`${base}/customers`)
  await second.getByRole('heading', { name: 'Customers' }).waitFor()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await second.getByRole('heading', { name: 'Sign in' }).waitFor()
  await second.close()
  await page.goto(`${base}/leads?status=new`)
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Leads', exact: true }).waitFor()
  assert.match(page.url(), /status=new/)
})

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

const rules = () => page.getByRole('list', { name: 'Assignment rules' }).getByRole('listitem')

async function addRule(name, fill) {
  await page.getByRole('button', { name: 'New rule' }).first().click()
  const form = page.getByRole('dialog', { name: 'New rule' })
  await form.getByLabel('Name').fill(name)
  await fill?.(form)
  await form.getByRole('button', { name: 'Save rule' }).click()
  await rules().filter({ hasText: name }).waitFor()
}

test('a pool is made and gets its first member', async () => {
  await page.goto(`${base}/assignment`)
  await page.getByRole('link', { name: 'Create a pool first' }).click()
  await page.getByRole('button', { name: 'New pool' }).first().click()
  await page.getByRole('dialog', { name: 'New pool' }).getByLabel('Name').fill('Inside sales')
  await page.getByRole('dialog', { name: 'New pool' }).getByRole('button', { name: 'Save' }).click()
  await page.getByRole('combobox', { name: 'Add a member to Inside sales' }).click()
  await page.getByRole('option', { name: person.name }).click()
  await page.getByRole('table', { name: 'Members of Inside sales' }).getByRole('row', { name: new RegExp(person.name) }).waitFor()
  const weight = page.getByLabel(`Weight of ${person.name}`)
  await weight.fill('3')
  await Promise.all([page.waitForResponse(response => response.request().method() === 'PUT' && response.ok() && response.request().postData()?.includes('"weight":3')), weight.blur()])
  await page.reload()
  await weight.waitFor()
  assert.equal(await weight.inputValue(), '3')
})

test('rules are added with conditions, refused without a value, and put in another order with the keyboard', async () => {
  await page.goto(`${base}/assignment`)
  await addRule('Everybody')
  await addRule('Referrals', async form => {
    await form.getByRole('button', { name: 'Add condition' }).click()
    await form.getByRole('button', { name: 'Save rule' }).click()
    await form.getByText('Enter a value').waitFor()
    await form.getByLabel('Value', { exact: true }).fill('Referral')
  })
  await page.getByText('When Source is Referral → Inside sales, in turn').waitFor()
  await page.getByRole('button', { name: 'Move Referrals: arrow up or down' }).focus()
  await Promise.all([page.waitForResponse(response => response.url().endsWith('/rules/order') && response.ok()), page.keyboard.press('ArrowUp')])
  await page.getByText('Referrals is now rule 1 of 2').waitFor()
  await page.reload()
  await rules().first().filter({ hasText: 'Referrals' }).waitFor()
  await page.getByLabel('Everybody is on').click({ force: true })
  await rules().last().getByRole('switch').and(page.locator(':not(:checked)')).waitFor()
})

test('an address is suppressed, and the suppression is lifted', async () => {
  await page.goto(`${base}/customers/suppressions`)
  await page.getByRole('button', { name: 'Suppress an address' }).click()
  const dialog = page.getByRole('dialog', { name: 'Suppress an address' })
  await dialog.getByLabel('Address').fill('stop@example.com')
  await dialog.getByRole('button', { name: 'Suppress', exact: true }).click()
  await page.getByRole('button', { name: 'Lift suppression of stop@example.com' }).click()
  await page.getByRole('dialog', { name: 'Lift this suppression?' }).getByRole('button', { name: 'Lift suppression' }).click()
  await page.getByRole('heading', { name: 'No address is blocked' }).waitFor()
})

test('a lead finds its owner, the dry run says why, and the log keeps it', async () => {
  await page.goto(`${base}/leads?create=true`)
  const form = page.getByRole('dialog', { name: 'New lead' })
  await form.getByLabel('First name').fill('Grace')
  await form.getByLabel('Last name').fill('Murray')
  await form.getByLabel('Email').fill('grace@example.com')
  await form.getByLabel('Source').fill('Referral')
  await form.getByRole('button', { name: 'Create lead' }).click()
  await page.getByRole('heading', { name: 'Grace Murray' }).waitFor()
  // No reload: the owner arrives over the socket.
  await page.locator(`input[aria-label="Owner"][value="${person.name}"]`).waitFor()
  await page.goto(`${base}/assignment`)
  await page.getByRole('combobox', { name: 'Lead', exact: true }).fill('Murray')
  await page.getByRole('option', { name: /Grace Murray/ }).click()
  await page.getByRole('button', { name: 'Who would get it?' }).click()
  await page.getByText(/It would go to/).waitFor()
  await page.goto(`${base}/assignment/log`)
  await page.getByRole('row', { name: /Grace Murray/ }).waitFor()
})

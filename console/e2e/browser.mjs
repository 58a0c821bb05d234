// A real browser against a running platform:  TIDELINE_URL=http://127.0.0.1:8080 npm run e2e
import { chromium } from 'playwright-core'

export const base = process.env.TIDELINE_URL ?? 'http://127.0.0.1:8080'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** A page that remembers what a person would not see: script errors, refused content, requests that leave the platform. */
export async function openBrowser(viewport = { width: 1360, height: 860 }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', acceptDownloads: true })
  context.setDefaultTimeout(60_000) // for a machine that does much else
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', error => faults.push(`script: ${error}`))
  page.on('console', message => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && faults.push(`console: ${message.text()}`))
  page.on('response', response => response.status() >= 500 && faults.push(`${response.status()} ${response.request().method()} ${response.url()}`))
  page.on('request', request => {
    if (!request.url().startsWith(base) && !/^(data|blob|about):/.test(request.url())) faults.push(`leaves the platform: ${request.url()}`)
  })
  return { browser, context, page, faults }
}

export const someone = () => {
  const key = Math.random().toString(36).slice(2, 10)
  return { key, name: 'Maria Lindqvist', email: `maria.${key}@example.com`, password: 'plain harbour lantern twelve', tenantName: `Northwind ${key}` }
}

export async function register(page, person = someone()) {
  await page.goto(`${base}/register`)
  await page.getByLabel('Your name').fill(person.name)
  await page.getByLabel('Work email').fill(person.email)
  await page.getByLabel('Workspace name').fill(person.tenantName)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Create workspace' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  return person
}

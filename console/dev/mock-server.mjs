// A stand-in for the platform: the shapes of the HTTP contract over invented data. For looking at screens only.
//   node dev/mock-server.mjs [port]      MOCK_EMPTY=1 shows a new workspace, MOCK_ROLE=agent another role, MOCK_SIGNED_OUT=1 begins at the sign-in
// A console that was built is served too, under the content security policy of the platform.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import * as d from './mock-data.mjs'

const port = Number(process.argv[2] ?? process.env.PORT ?? 8080)
const empty = process.env.MOCK_EMPTY === '1'
if (empty) for (const list of [d.leads, d.imports, d.campaigns, d.sandbox, d.rules, d.pools, d.decisions, d.inbox, d.messages, d.suppressions, d.deadLetters]) list.length = 0
if (empty) d.members.length = 1

const session = () => ({ accessToken: 'mock', expiresIn: 900, user: d.user, tenant: d.tenant, role: 'owner', permissions: d.roles[process.env.MOCK_ROLE ?? 'owner'] })
let signedIn = process.env.MOCK_SIGNED_OUT !== '1'
class Refusal extends Error {
  constructor(status, code, title, extra = {}) {
    super(title)
    this.problem = { type: 'about:blank', title, status, code, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', ...extra }
  }
}
const page = (list, url) => {
  const limit = Number(url.searchParams.get('limit') ?? 50)
  const start = Number(url.searchParams.get('cursor') ?? 0)
  return { data: list.slice(start, start + limit), next: start + limit < list.length ? String(start + limit) : null }
}
const find = (list, id) => list.find(entry => (entry.id ?? entry.userId) === id) ?? (() => { throw new Refusal(404, 'not_found', 'Not found', { detail: 'It was deleted, or belongs to another workspace.' }) })()
const merge = (entry, body, version) => {
  if (version && entry.version && Number(version.replaceAll('"', '')) !== entry.version) throw new Refusal(412, 'stale_version', 'Changed in the meantime')
  return Object.assign(entry, body, { version: (entry.version ?? 0) + 1, updatedAt: new Date().toISOString() })
}
function filterLeads(url) {
  const q = url.searchParams
  const has = (key, test) => !q.get(key) || test(q.get(key))
  const text = q.get('q')?.toLowerCase()
  const found = d.leads.filter(l => (!text || `${l.displayName} ${l.email} ${l.company} ${l.phone}`.toLowerCase().includes(text)) && has('status', v => l.status === v) && has('stageId', v => l.stageId === v) && has('source', v => l.source === v) && has('importId', v => l.importId === v) && has('ownerId', v => (v === 'none' ? !l.ownerId : l.ownerId === v)) && has('createdFrom', v => l.createdAt >= v) && has('createdTo', v => l.createdAt < v))
  const sort = q.get('sort') ?? '-createdAt'
  const key = sort.replace('-', '')
  return found.sort((a, b) => (a[key] > b[key] ? 1 : -1) * (sort.startsWith('-') ? -1 : 1))
}
const move = (lead, stageId, lostReason) => {
  const s = find(d.stages, stageId)
  return merge(lead, { stageId, stageName: s.name, status: s.status, lostReason: s.status === 'lost' ? lostReason : null })
}
const render = (text = '', lead = d.leads[0]) => text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, key) => lead?.[key] ?? '')
const inBrand = (brand, html) => `<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>body{margin:0;background:#f2f4f5;font-family:${brand.fontFamily};color:#1b1d1f}.c{max-width:560px;margin:24px auto;background:#fff;border-radius:10px;overflow:hidden}.t{background:${brand.primaryColor};color:#fff;padding:18px 32px;font-weight:bold}.m{padding:20px 32px}.button{display:inline-block;background:${brand.primaryColor};color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none}.f{color:#667;font-size:12px;padding:16px 32px;border-top:3px solid ${brand.accentColor}}@media (prefers-color-scheme:dark){body{background:#101214;color:#eee}.c{background:#1b1e22}}</style></head><body><div class="c"><div class="t">${brand.name}</div><div class="m">${html}</div><div class="f">${brand.legalName}, ${brand.postalAddress}<br><a href="#">Unsubscribe</a></div></div></body></html>`
const activities = lead => [
  { id: d.newId(), type: 'stage_changed', at: lead.updatedAt, actorId: lead.ownerId ?? d.user.id, actorKind: 'user', summary: `Moved to ${lead.stageName}`, changes: [{ field: 'stageId', before: d.stages[0].id, after: lead.stageId }] },
  ...lead.extra ?? [],
  { id: d.newId(), type: 'call', at: d.ago(90), actorId: d.members[3].userId, actorKind: 'user', summary: 'Reached the office, call back on Thursday after 14:00.' },
  { id: d.newId(), type: 'note', at: d.ago(200), actorId: d.members[2].userId, actorKind: 'user', summary: 'Flat roof, 1,200 m². Wants storage for the cold hall and numbers before the board meeting.' },
  { id: d.newId(), type: 'task', at: d.ago(1500), actorId: d.members[3].userId, actorKind: 'user', summary: 'Send offer with storage', data: { dueAt: d.ago(-2000), text: 'Send offer with storage' } },
  { id: d.newId(), type: 'message', at: d.ago(1600), actorKind: 'system', summary: 'Opened “What your roof could earn”' },
  { id: d.newId(), type: 'assigned', at: d.ago(1700), actorKind: 'system', summary: 'Assigned by rule “Everybody else”', changes: [{ field: 'ownerId', before: null, after: d.members[3].userId }] },
  { id: d.newId(), type: 'created', at: d.ago(1701), actorKind: lead.importId ? 'import' : 'user', actorId: d.user.id, summary: `Created from ${lead.source}` },
]
function tick(c) {
  if (c.status !== 'running' || !c.stats) return
  const n = Math.min(c.stats.queued, 14)
  c.stats.queued -= n
  c.stats.sent += n
  c.stats.delivered += n
  c.stats.opened += Math.round(n * 0.3)
  if (c.stats.queued === 0) Object.assign(c, { status: 'completed', completedAt: new Date().toISOString() })
}
function tickImport(i) {
  if (i.status !== 'running') return i
  i.rowsDone = Math.min(i.rowsTotal, i.rowsDone + 900)
  Object.assign(i, { created: Math.round(i.rowsDone * 0.93), updated: Math.round(i.rowsDone * 0.04), rejected: Math.round(i.rowsDone * 0.01), duplicates: Math.round(i.rowsDone * 0.02), percent: (i.rowsDone / i.rowsTotal) * 100 })
  if (i.rowsDone === i.rowsTotal) {
    Object.assign(i, { status: 'completed', finishedAt: new Date().toISOString() })
    for (let n = 0; n < 12; n++) d.leads.unshift(d.makeLead(0, i.id))
  }
  return i
}

const services = ['identity', 'brands', 'leads', 'customers', 'assignment', 'campaigns', 'notifications', 'worker', 'scheduler'].map((name, i) => ({ name, status: i === 6 ? 'degraded' : 'up', since: d.ago(3000), detail: i === 6 ? 'The SMTP host answers slowly' : null, instances: ['all-1'], loops: [{ name: 'outbox', status: 'running', lastError: null }] }))
const customer = l => ({ id: l.customerId, displayName: l.displayName, firstName: l.firstName, lastName: l.lastName, company: l.company, emails: [l.email], phones: [l.phone], attributes: l.custom, createdAt: l.createdAt, updatedAt: l.updatedAt })

const R = []
const on = (method, pattern, run) => R.push([method, new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), run])
const I = '/api/identity', L = '/api/leads', C = '/api/campaigns', N = '/api/notifications', A = '/api/assignment', B = '/api/brands/brands', W = '/api/worker', S = '/api/scheduler', K = '/api/customers'
on('POST', `${I}/refresh`, () => { if (!signedIn) throw new Refusal(401, 'unauthenticated', 'Sign in first'); return session() })
on('POST', `${I}/sign-in`, ({ body }) => { if (body.password === 'wrong') throw new Refusal(401, 'invalid_credentials', 'Not signed in'); signedIn = true; return session() })
on('POST', `${I}/register`, ({ body }) => { if (body.email.startsWith('taken')) throw new Refusal(422, 'validation', 'Check the fields', { errors: { email: ['There is already an account with this address.'] } }); signedIn = true; return session() })
on('POST', `${I}/sign-out`, () => { signedIn = false })
on('POST', `${I}/switch-tenant`, session)
on('GET', `${I}/me`, () => ({ ...session(), tenants: [{ id: d.tenant.id, name: d.tenant.name, role: 'owner' }, { id: d.newId(), name: 'Northwind Labs', role: 'admin' }] }))
on('GET', `${I}/tenant`, () => d.tenant)
on('PATCH', `${I}/tenant`, ({ body }) => merge(d.tenant, body))
on('GET', `${I}/members`, ({ url }) => page(d.members, url))
on('PATCH', `${I}/members/:id`, ({ id, body }) => merge(find(d.members, id), body))
on('GET', `${I}/roles`, () => Object.entries(d.roles).map(([name, permissions]) => ({ name, permissions })))
on('GET', `${I}/invitations`, () => (empty ? [] : [{ id: d.newId(), email: 'lena@northwind.example', role: 'agent', expiresAt: d.ago(-4000) }]))
on('POST', `${I}/invitations`, ({ body }) => ({ id: d.newId(), ...body, expiresAt: d.ago(-10000) }))
on('GET', `${L}/leads/count`, ({ url }) => ({ count: filterLeads(url).length }))
on('GET', `${L}/leads`, ({ url }) => page(filterLeads(url), url))
on('POST', `${L}/leads`, ({ body }) => { if (body.email === 'bad@example') throw new Refusal(422, 'validation', 'Check the fields', { errors: { email: ['This is not an email address.'] } }); const lead = { ...d.makeLead(0), ...body, displayName: [body.firstName, body.lastName].filter(Boolean).join(' ') || body.email }; d.leads.unshift(lead); return lead })
on('POST', `${L}/leads/bulk`, ({ body }) => { for (const id of body.ids) { const l = find(d.leads, id); if ('ownerId' in body.set) merge(l, { ownerId: body.set.ownerId }); if (body.set.stageId) move(l, body.set.stageId) } return { updated: body.ids.length } })
on('GET', `${L}/leads/:id`, ({ id }) => find(d.leads, id))
on('PATCH', `${L}/leads/:id`, ({ id, body, version }) => merge(find(d.leads, id), body, version))
on('DELETE', `${L}/leads/:id`, ({ id }) => { d.leads.splice(d.leads.indexOf(find(d.leads, id)), 1) })
on('POST', `${L}/leads/:id/stage`, ({ id, body }) => move(find(d.leads, id), body.stageId, body.lostReason))
on('GET', `${L}/leads/:id/activities`, ({ id, url }) => page(activities(find(d.leads, id)), url))
on('POST', `${L}/leads/:id/activities`, ({ id, body }) => { const l = find(d.leads, id); const a = { id: d.newId(), type: body.type, at: new Date().toISOString(), actorId: d.user.id, actorKind: 'user', summary: body.text, data: { dueAt: body.dueAt } }; (l.extra ??= []).unshift(a); return a })
on('GET', `${L}/pipelines`, () => d.pipelines)
on('PUT', `${L}/pipelines/:id/stages`, ({ body }) => { d.stages.splice(0, 99, ...body.map((s, i) => ({ ...s, id: s.id ?? d.newId(), position: i + 1 }))); return d.pipelines[0] })
on('GET', `${L}/sources`, () => d.sources.map(name => ({ name, count: d.leads.filter(l => l.source === name).length })))
on('GET', `${L}/summary`, () => ({ total: d.leads.length, byStatus: Object.groupBy ? Object.fromEntries(Object.entries(Object.groupBy(d.leads, l => l.status)).map(([k, v]) => [k, v.length])) : d.leads.reduce((a, l) => ({ ...a, [l.status]: (a[l.status] ?? 0) + 1 }), {}), byStage: d.stages.map(s => ({ stageId: s.id, name: s.name, count: d.leads.filter(l => l.stageId === s.id).length })), createdToday: d.leads.filter(l => l.createdAt.slice(0, 10) === new Date().toISOString().slice(0, 10)).length, unassigned: d.leads.filter(l => !l.ownerId).length }))
on('GET', `${L}/imports`, ({ url }) => page(d.imports.map(tickImport), url))
on('POST', `${L}/imports`, ({ fileName }) => { const i = d.makeImport(fileName ?? 'upload.csv', 'uploaded', { createdAt: d.ago(0) }); d.imports.unshift(i); return i })
on('GET', `${L}/imports/:id`, ({ id }) => tickImport(find(d.imports, id)))
on('PUT', `${L}/imports/:id/mapping`, ({ id, body }) => Object.assign(find(d.imports, id), { mapping: body, status: body.columns.length ? 'ready' : 'uploaded', delimiter: body.delimiter, encoding: body.encoding, hasHeader: body.hasHeader }))
on('POST', `${L}/imports/:id/dry-run`, () => ({ rows: 9981, valid: 9893, rejected: 88, duplicatesInFile: 171, sampleErrors: [{ row: 17, field: 'email', reason: 'not an email address', value: 'jan(at)example.com' }, { row: 311, field: 'phone', reason: 'too short to be a phone number', value: '12 34' }, { row: 2048, field: 'email', reason: 'neither email nor phone', value: '' }] }))
on('POST', `${L}/imports/:id/start`, ({ id }) => Object.assign(find(d.imports, id), { status: 'running', rowsTotal: 9981, startedAt: new Date().toISOString() }))
on('POST', `${L}/imports/:id/cancel`, ({ id }) => Object.assign(find(d.imports, id), { status: 'cancelled', finishedAt: new Date().toISOString() }))
on('POST', `${L}/imports/:id/undo`, ({ id }) => Object.assign(find(d.imports, id), { status: 'undone' }))
on('GET', B, ({ url }) => page(d.brands, url))
on('POST', B, ({ body }) => { const b = { ...d.brands[0], ...body, id: d.newId(), isDefault: false, version: 1 }; d.brands.push(b); return b })
on('GET', `${B}/:id`, ({ id }) => find(d.brands, id))
on('PATCH', `${B}/:id`, ({ id, body, version }) => merge(find(d.brands, id), body, version))
on('POST', '/api/notifications/preview', ({ body }) => ({ subject: render(body.subject), html: inBrand(find(d.brands, body.brandId), render(body.html)), text: render(body.html).replace(/<[^>]+>/g, ''), problems: [] }))
on('GET', `${K}/customers`, ({ url }) => page(d.leads.filter(l => !url.searchParams.get('q') || l.displayName.toLowerCase().includes(url.searchParams.get('q').toLowerCase())).map(customer), url))
on('GET', `${K}/customers/:id`, ({ id }) => customer(d.leads.find(l => l.customerId === id) ?? d.leads[0]))
on('GET', `${K}/customers/:id/timeline`, ({ url }) => page([{ id: d.newId(), type: 'message.clicked', at: d.ago(30), summary: 'Clicked “See the numbers” in Spring roof check', data: {} }, { id: d.newId(), type: 'message.opened', at: d.ago(34), summary: 'Opened Spring roof check', data: {} }, { id: d.newId(), type: 'message.sent', at: d.ago(40), summary: 'Got Spring roof check by email', data: {} }, { id: d.newId(), type: 'lead.created', at: d.ago(4000), summary: 'Became a lead through Website', data: {} }], url))
on('GET', `${K}/customers/:id/consents`, () => [{ channel: 'email', topic: null, state: 'granted', address: 'a@example.com', source: 'form', at: d.ago(4000) }, { channel: 'sms', topic: null, state: 'unknown', address: null, source: null, at: null }])
on('PUT', `${K}/customers/:id/consents`, ({ body }) => body)
on('GET', `${K}/suppressions`, ({ url }) => page(d.suppressions, url))
on('POST', `${K}/suppressions`, ({ body }) => { const s = { id: d.newId(), ...body, createdAt: d.ago(0) }; d.suppressions.unshift(s); return s })
on('DELETE', `${K}/suppressions/:id`, ({ id }) => { d.suppressions.splice(d.suppressions.indexOf(find(d.suppressions, id)), 1) })
on('GET', `${A}/pools`, ({ url }) => page(d.pools, url))
on('POST', `${A}/pools`, ({ body }) => { const p = { id: d.newId(), name: body.name, members: [], version: 1 }; d.pools.push(p); return p })
on('PUT', `${A}/pools/:id/members`, ({ id, body }) => merge(find(d.pools, id), { members: body }))
on('GET', `${A}/rules`, ({ url }) => page(d.rules, url))
on('POST', `${A}/rules`, ({ body }) => { const r = { id: d.newId(), position: d.rules.length + 1, version: 1, ...body }; d.rules.push(r); return r })
on('PUT', `${A}/rules/order`, ({ body }) => { d.rules.sort((a, b) => body.ids.indexOf(a.id) - body.ids.indexOf(b.id)).forEach((r, i) => (r.position = i + 1)); return d.rules })
on('PATCH', `${A}/rules/:id`, ({ id, body, version }) => merge(find(d.rules, id), body, version))
on('DELETE', `${A}/rules/:id`, ({ id }) => { d.rules.splice(d.rules.indexOf(find(d.rules, id)), 1) })
on('POST', `${A}/dry-run`, () => ({ matchedRuleId: d.rules[1].id, agentId: d.members[3].userId, explanation: d.rules.map((r, i) => ({ ruleId: r.id, name: r.name, matched: i === 1, why: ['value is 12,000, not above 20,000', 'source is “Referral” and country is “DE”; Jonas Weber is next in turn', 'not reached'][i] })) }))
on('GET', `${A}/assignments`, ({ url }) => page(d.decisions, url))
on('GET', `${A}/workload`, () => (empty ? [] : d.members.slice(2, 6).map((m, i) => ({ userId: m.userId, openItems: 34 - i * 6, assignedToday: 9 - i * 2 }))))
on('GET', `${A}/queue`, ({ url }) => page(d.leads.slice(4, 8).map(l => ({ leadId: l.id, since: l.createdAt, reason: 'Nobody in “Inside sales” has capacity' })), url))
on('POST', `${A}/reassign`, ({ body }) => merge(find(d.leads, body.leadId), { ownerId: body.agentId }))
on('GET', `${C}/campaigns`, ({ url }) => page(d.campaigns, url))
on('POST', `${C}/campaigns`, ({ body }) => { const c = { ...(d.campaigns.at(-1) ?? {}), channel: 'email', status: 'draft', audience: { leadFilter: {} }, ...body, id: d.newId(), version: 1, stats: null, startedAt: null, completedAt: null, createdAt: d.ago(0) }; d.campaigns.unshift(c); return c })
on('POST', `${C}/audience/preview`, () => ({ leads: d.leads.length, people: 612, reachable: 571, excluded: { noEmail: 18, suppressed: 9, noConsent: 14, duplicate: 28 }, sample: d.leads.slice(0, 8).map(l => ({ leadId: l.id, customerId: l.customerId, email: l.email, displayName: l.displayName })) }))
on('POST', `${C}/preview`, ({ body }) => { const lead = d.leads.find(l => l.id === body.leadId) ?? d.leads[0]; const open = (body.html.match(/\{\{#/g) ?? []).length !== (body.html.match(/\{\{\//g) ?? []).length; return { subject: render(body.subject, lead), html: inBrand(d.brands.find(b => b.id === body.brandId) ?? d.brands[0], render(body.html, lead)), text: render(body.html, lead).replace(/<[^>]+>/g, ''), problems: open ? [{ where: 'html', message: 'A {{#block}} is not closed.' }] : [] } })
on('GET', `${C}/campaigns/:id`, ({ id }) => find(d.campaigns, id))
on('PATCH', `${C}/campaigns/:id`, ({ id, body, version }) => merge(find(d.campaigns, id), body, version))
on('DELETE', `${C}/campaigns/:id`, ({ id }) => { d.campaigns.splice(d.campaigns.indexOf(find(d.campaigns, id)), 1) })
on('POST', `${C}/campaigns/:id/test`, () => undefined)
for (const [verb, status] of [['start', 'running'], ['schedule', 'scheduled'], ['pause', 'paused'], ['resume', 'running'], ['cancel', 'cancelled']]) on('POST', `${C}/campaigns/:id/${verb}`, ({ id, body }) => merge(find(d.campaigns, id), { status, ...(body.at ? { scheduleAt: body.at } : {}), ...(verb === 'start' ? { startedAt: d.ago(0), stats: { recipients: 40, skipped: 0, queued: 40, sent: 0, delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0, failed: 0, unknown: 0 } } : {}) }))
on('GET', `${C}/campaigns/:id/monitor`, ({ id }) => { const c = find(d.campaigns, id); tick(c); return { status: c.status, stats: c.stats, ratePerSecond: c.status === 'running' ? 6.4 : 0, etaSeconds: c.status === 'running' ? Math.round(c.stats.queued / 6.4) : null, series: Array.from({ length: 30 }, (_, i) => ({ at: d.ago(30 - i), sent: Math.round(c.stats.sent * ((i + 1) / 30)), opened: Math.round(c.stats.opened * ((i + 1) / 30) ** 1.6), clicked: Math.round(c.stats.clicked * ((i + 1) / 30) ** 2) })), failures: [{ reason: '550 5.1.1 No such user', count: 31 }, { reason: '552 5.2.2 Mailbox full', count: 10 }, { reason: '554 5.7.1 Rejected by policy', count: 9 }] } })
on('GET', `${C}/campaigns/:id/recipients`, ({ url }) => page(d.leads.slice(0, 200).map((l, i) => ({ customerId: l.customerId, leadId: l.id, email: l.email, displayName: l.displayName, status: ['delivered', 'opened', 'clicked', 'bounced', 'queued'][i % 5], at: d.ago(i), reason: i % 5 === 3 ? '550 5.1.1 No such user' : null })).filter(r => !url.searchParams.get('status') || r.status === url.searchParams.get('status')), url))
on('GET', `${N}/inbox`, ({ url }) => page(d.inbox, url))
on('GET', `${N}/inbox/count`, () => ({ unread: d.inbox.filter(i => !i.readAt).length }))
on('POST', `${N}/inbox/read-all`, () => d.inbox.forEach(i => (i.readAt ??= d.ago(0))))
on('POST', `${N}/inbox/:id/read`, ({ id }) => { find(d.inbox, id).readAt = d.ago(0) })
on('GET', `${N}/messages`, ({ url }) => page(d.messages.filter(m => ['status', 'leadId', 'campaignId', 'customerId'].every(k => !url.searchParams.get(k) || m[k] === url.searchParams.get(k))), url))
on('GET', `${N}/messages/summary`, () => ({ byStatus: { delivered: 5240, sent: 75, bounced: 41, failed: 9 } }))
on('GET', `${N}/messages/:id`, ({ id }) => ({ ...find(d.messages, id), attempts: [{ at: d.ago(4), outcome: 'accepted', response: '250 2.0.0 Ok: queued as 4F1A2', provider: 'sandbox', durationMs: 38 }] }))
on('GET', `${N}/sandbox`, ({ url }) => page(d.sandbox, url))
on('GET', `${N}/sandbox/:id`, ({ id }) => find(d.sandbox, id))
on('DELETE', `${N}/sandbox`, () => { d.sandbox.length = 0 })
on('GET', `${N}/delivery`, () => ({ mode: 'sandbox', healthy: true, sentLastMinute: 384 }))
on('GET', `${W}/queues`, () => d.queues)
on('POST', `${W}/queues/:name/pause`, ({ name }) => { d.queues.find(q => q.name === name).paused = true })
on('POST', `${W}/queues/:name/resume`, ({ name }) => { d.queues.find(q => q.name === name).paused = false })
on('GET', `${W}/jobs`, ({ url }) => page(d.jobs.filter(j => !url.searchParams.get('state') || j.state === url.searchParams.get('state')), url))
on('GET', `${W}/jobs/:id`, ({ id }) => ({ ...find(d.jobs, id), log: [{ at: d.ago(3), attempt: 1, text: 'Started on all-1' }, { at: d.ago(2), attempt: 1, text: 'smtp: 451 4.7.1 Try again later' }] }))
on('POST', `${W}/jobs/:id/(retry|cancel|discard)`, ({ id }) => find(d.jobs, id))
on('GET', `${W}/workers`, () => [{ id: d.newId(), host: 'all-1', startedAt: d.ago(3000), seenAt: d.ago(0), types: ['campaigns.send-batch', 'leads.import', 'notifications.deliver'], running: 9 }])
on('GET', `${S}/schedules`, ({ url }) => page(d.schedules, url))
on('POST', `${S}/schedules`, ({ body }) => { const s = { ...body, id: d.newId(), paused: false, nextFireAt: d.ago(-60), lastFireAt: null, version: 1 }; d.schedules.push(s); return s })
on('PATCH', `${S}/schedules/:id`, ({ id, body }) => merge(find(d.schedules, id), body))
on('DELETE', `${S}/schedules/:id`, ({ id }) => { d.schedules.splice(d.schedules.indexOf(find(d.schedules, id)), 1) })
on('GET', `${S}/schedules/:id/next`, () => [d.ago(-600), d.ago(-2040), d.ago(-3480)])
on('GET', `${S}/schedules/:id/executions`, () => [{ id: d.newId(), kind: 'due', dueAt: d.ago(840), firedAt: d.ago(840), latenessSeconds: 0.2, leftOut: 0 }])
on('POST', `${S}/schedules/:id/(?<verb>run|pause|resume)`, ({ id, verb }) => (verb === 'run' ? undefined : merge(find(d.schedules, id), { paused: verb === 'pause' })))
on('GET', `${S}/tasks`, ({ url }) => page([{ id: d.newId(), key: `campaign:${d.newId()}`, dueAt: d.ago(-1560), target: { event: 'campaigns.start-due' }, state: 'pending' }], url))
on('GET', '/health/services', () => ({ status: 'degraded', services }))
on('GET', '/api/system/overview', () => ({ services, bus: { groups: services.map((s, i) => ({ name: s.name, lag: i === 3 ? 12 : 0, parked: 0, deadLetters: i === 3 ? d.deadLetters.length : 0 })), publishedLastMinute: 1420 }, queues: d.queues, database: { connectionsUsed: 46, connectionsMax: 200 } }))
on('GET', '/api/system/dead-letters', ({ url }) => page(d.deadLetters, url))
on('POST', '/api/system/dead-letters/:id/(replay|discard)', ({ id }) => { d.deadLetters.splice(d.deadLetters.indexOf(find(d.deadLetters, id)), 1) })

const root = new URL('../../src/Host/wwwroot/', import.meta.url).pathname
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; connect-src 'self' ws:; frame-src 'self'; object-src 'none'; base-uri 'self'"
function serveConsole(path, response) {
  const file = path !== '/' && !path.includes('..') && existsSync(root + path.slice(1)) ? path.slice(1) : 'index.html'
  if (!existsSync(root + file)) return false
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
  response.end(readFileSync(root + file))
  return true
}

createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const url = new URL(request.url, 'http://mock')
    const raw = Buffer.concat(chunks)
    const send = (status, value, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type })
      response.end(value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (/export\.csv|rejected\.csv/.test(url.pathname)) return send(200, 'name,email\nJaime,jaime@example.com\n', 'text/csv')
    if (request.method === 'GET' && !/^\/(api|live|health|openapi)/.test(url.pathname) && serveConsole(url.pathname, response)) return
    const found = R.map(([method, pattern, run]) => (method === request.method ? [pattern.exec(url.pathname), run] : [])).find(([match]) => match)
    if (!found) return send(404, { title: 'Not found', status: 404, code: 'not_found', traceId: 'mock' }, 'application/problem+json')
    try {
      const multipart = request.headers['content-type']?.startsWith('multipart')
      const body = raw.length && !multipart ? JSON.parse(raw.toString()) : {}
      const result = found[1]({ url, body, fileName: multipart ? /filename="([^"]+)"/.exec(raw.toString('latin1', 0, 600))?.[1] : undefined, version: request.headers['if-match'], ...found[0].groups })
      send(result === undefined ? 204 : request.method === 'POST' && url.pathname.endsWith('/leads') ? 201 : 200, result)
    } catch (error) {
      if (error instanceof Refusal) send(error.problem.status, error.problem, 'application/problem+json')
      else {
        console.error(error)
        send(500, { title: 'Mock failed', status: 500, detail: String(error), traceId: 'mock' }, 'application/problem+json')
      }
    }
  })
}).listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${port}`))

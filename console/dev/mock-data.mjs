// Invented data for looking at the console without a backend. Deterministic, so that screenshots can be compared.
let seed = 42
export const random = () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 4294967296
}
export const pick = list => list[Math.floor(random() * list.length)]
let counter = 0
export const newId = () => `0198c1d2-7a00-7${String(100 + (counter % 900))}-8000-${String(++counter).padStart(12, '0')}`
export const ago = minutes => new Date(Date.now() - minutes * 60_000).toISOString()

export const tenant = { id: newId(), name: 'Northwind Solar', currency: 'EUR', country: 'DE', timeZone: 'Europe/Berlin', version: 3 }
const roles = {
  owner: ['members:read', 'members:write', 'tenant:write', 'brands:read', 'brands:write', 'leads:read', 'leads:write', 'leads:delete', 'imports:write', 'customers:read', 'customers:write', 'assignment:read', 'assignment:write', 'campaigns:read', 'campaigns:write', 'campaigns:send', 'notifications:read', 'notifications:write', 'messages:read', 'sandbox:read', 'sandbox:write', 'worker:read', 'worker:write', 'scheduler:read', 'scheduler:write', 'system:read', 'system:write'],
}
roles.admin = roles.owner
roles.manager = roles.owner.filter(p => !/^(members:write|tenant|system|worker|scheduler)/.test(p))
roles.agent = ['leads:read', 'leads:write', 'customers:read', 'messages:read', 'members:read']
roles.analyst = ['leads:read', 'customers:read', 'campaigns:read', 'messages:read']
roles.member = ['leads:read']
export { roles }

const person = (name, role) => ({ userId: newId(), email: `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@northwind.example`, name, role, status: 'active', joinedAt: ago(60 * 24 * (20 + Math.floor(random() * 300))) })
export const members = [person('Maria Lindqvist', 'owner'), person('Tom Okafor', 'admin'), person('Selena Doyle', 'manager'), person('Jonas Weber', 'agent'), person('Aisha Rahman', 'agent'), person('Pierre Martin', 'agent'), person('Nina Kowalska', 'analyst')]
export const user = { id: members[0].userId, email: members[0].email, name: members[0].name }
const agents = members.filter(m => ['agent', 'manager'].includes(m.role))

const stage = (name, position, probability, status) => ({ id: newId(), name, position, probability, status })
export const stages = [stage('New', 1, 5, 'new'), stage('Contacted', 2, 15, 'working'), stage('Meeting booked', 3, 35, 'working'), stage('Qualified', 4, 55, 'qualified'), stage('Proposal', 5, 75, 'qualified'), stage('Won', 6, 100, 'won'), stage('Lost', 7, 0, 'lost')]
export const pipelines = [{ id: newId(), name: 'Sales', isDefault: true, stages }]

const first = ['Jaime', 'Cody', 'Leonard', 'Darlene', 'Maja', 'Henrik', 'Ana', 'Luís', 'Åsa', 'Ewa', 'Murat', 'Claire', 'Noah', 'Ines', 'Viktor', 'Sofia', 'Elias', 'Greta']
const last = ['Hayes', 'Salinas', 'Rogers', 'Lowery', 'Bergström', 'Novák', 'Ferreira', 'Müller', 'Wójcik', 'Yılmaz', 'Dubois', 'Andersen', 'Costa', 'Petrov', 'Keller', 'Lehtonen']
const companies = ['Mays Inc', 'Blankenship & Sons', 'Wells-Burch', 'Mooney, Salinas and Ali', 'Keller Dachbau GmbH', 'Fjord Energi AS', 'Atelier Dubois', 'Sol Ibérica', 'Hofmann Logistik', 'Nordic Cold Storage', 'Zakłady Wójcik', 'Bayview Dairy']
export const sources = ['Website', 'Referral', 'Trade fair', 'LinkedIn', 'Cold call', 'Partner']

export function makeLead(minutes, importId) {
  const firstName = pick(first), lastName = pick(last), company = pick(companies)
  const s = pick([stages[0], stages[0], stages[0], stages[1], stages[1], stages[2], stages[3], stages[4], stages[5], stages[6]])
  const email = `${firstName}.${lastName}`.toLowerCase().normalize('NFD').replace(/[^a-z.]/g, '') + Math.floor(random() * 900) + '@example.com'
  return {
    id: newId(), firstName, lastName, displayName: `${firstName} ${lastName}`, company, email, emailRaw: email, email2: null,
    phone: `+4930${1000000 + Math.floor(random() * 8999999)}`, phoneRaw: '030 1234567', phone2: null, phone2Raw: null, website: 'https://example.com', country: pick(['DE', 'SE', 'FR', 'PL', 'ES']), source: pick(sources),
    pipelineId: pipelines[0].id, stageId: s.id, stageName: s.name, status: s.status, lostReason: s.status === 'lost' ? 'Chose a competitor' : null,
    value: random() > 0.4 ? { amount: Math.round(random() * 90) * 50_000, currency: 'EUR' } : null, ownerId: random() > 0.18 ? pick(agents).userId : null, customerId: newId(), score: Math.floor(random() * 100),
    notes: random() > 0.6 ? 'Asked about storage for the cold hall, wants numbers before the board meeting.' : null, custom: random() > 0.7 ? { roofArea: '1200 m²' } : {}, importId, createdBy: user.id, createdAt: ago(minutes), updatedAt: ago(minutes / 3), version: 1,
  }
}

const importColumns = ['Lead Owner', 'First Name', 'Last Name', 'Company', 'Phone 1', 'Email 1', 'Website', 'Source', 'Deal Stage', 'Notes']
const suggested = [null, 'firstName', 'lastName', 'company', 'phone', 'email', 'website', 'source', 'stage', 'notes']
export function makeImport(fileName, status, part = {}) {
  const rows = Array.from({ length: 10 }, () => [pick(members).name, pick(first), pick(last), pick(companies), '980-200-5297', 'fstephens@example.com', 'https://example.com/', pick(sources), pick(['On Hold', 'New', 'Closed Won', 'Qualified', 'Closed Lost']), 'Heart represent while into.'])
  return {
    id: newId(), fileName, size: 1_914_223, status, encoding: 'utf-8', delimiter: ',', hasHeader: true,
    columns: importColumns.map((name, index) => ({ index, name, sample: rows.slice(0, 4).map(row => row[index]), suggestedField: suggested[index] })), preview: rows, mapping: null,
    rowsTotal: null, rowsDone: 0, created: 0, updated: 0, duplicates: 0, rejected: 0, percent: 0, error: null, createdAt: ago(30), startedAt: null, finishedAt: null, ...part,
  }
}
export const imports = [
  makeImport('trade-fair-munich.csv', 'completed', { rowsTotal: 9981, rowsDone: 9981, created: 9310, updated: 412, duplicates: 171, rejected: 88, percent: 100, startedAt: ago(130), finishedAt: ago(129.2), createdAt: ago(134) }),
  makeImport('partners-2026.csv', 'undone', { rowsTotal: 420, rowsDone: 420, created: 402, rejected: 18, percent: 100, startedAt: ago(3000), finishedAt: ago(2999), createdAt: ago(3001) }),
  makeImport('webinar.csv', 'uploaded', { createdAt: ago(12) }),
]
export const leads = Array.from({ length: 640 }, (_, i) => makeLead(4 + i * 17, i % 3 === 0 ? imports[0].id : null))

export const brands = [
  { id: newId(), name: 'Northwind Solar', isDefault: true, primaryColor: '#0b6e82', accentColor: '#f2a900', logoUrl: null, fontFamily: 'Helvetica, Arial, sans-serif', voice: 'Plain, warm, no exclamation marks.', legalName: 'Northwind Solar GmbH', postalAddress: 'Speicherstraße 12, 20457 Hamburg', websiteUrl: 'https://northwind.example', language: 'en', sender: { fromName: 'Northwind Solar', fromEmail: 'hello@northwind.example', replyTo: null }, version: 2, createdAt: ago(90000) },
  { id: newId(), name: 'Northwind Storage', isDefault: false, primaryColor: '#5b3cc4', accentColor: '#19b38a', logoUrl: null, fontFamily: 'Georgia, serif', voice: '', legalName: 'Northwind Storage GmbH', postalAddress: 'Speicherstraße 12, 20457 Hamburg', websiteUrl: null, language: 'de', sender: { fromName: 'Northwind Storage', fromEmail: 'storage@northwind.example', replyTo: null }, version: 1, createdAt: ago(50000) },
]

export const html = '<h1>Hello {{firstName}},</h1>\n<p>roofs like the one of <strong>{{company}}</strong> pay for themselves in six years on average. We have worked out what yours could earn.</p>\n<p><a href="https://northwind.example/calculator" class="button">See the numbers</a></p>\n<p>Best regards,<br>Maria from Northwind Solar</p>'
const stats = part => ({ recipients: 0, skipped: 0, queued: 0, sent: 0, delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0, failed: 0, unknown: 0, ...part })
const campaign = (name, status, minutes, s, part = {}) => ({ id: newId(), name, channel: 'email', status, brandId: brands[0].id, subject: `${name}: what your roof could earn`, preheader: 'Numbers for your building, not averages.', html, text: null, audience: { leadFilter: { status: ['new', 'working'] } }, scheduleAt: null, throttlePerMinute: null, stats: stats(s), startedAt: s.sent ? ago(minutes) : null, completedAt: status === 'completed' ? ago(minutes - 20) : null, createdAt: ago(minutes + 600), version: 4, ...part })
export const campaigns = [
  campaign('Spring roof check', 'running', 14, { recipients: 8420, skipped: 361, queued: 3105, sent: 5315, delivered: 5240, opened: 1894, clicked: 512, bounced: 41, complained: 2, unsubscribed: 17, failed: 9 }),
  campaign('Storage launch', 'completed', 2900, { recipients: 4210, skipped: 120, sent: 4198, delivered: 4162, opened: 1988, clicked: 640, bounced: 30, complained: 1, unsubscribed: 24, failed: 12 }),
  campaign('Trade fair follow-up', 'paused', 300, { recipients: 900, skipped: 12, queued: 488, sent: 400, delivered: 396, opened: 90, clicked: 12, bounced: 4 }),
  campaign('Summer tariffs', 'scheduled', 40, {}, { scheduleAt: ago(-60 * 26) }),
  campaign('Win back quiet leads', 'draft', 12, {}),
]

export const queues = ['email', 'imports', 'default', 'webhooks'].map((name, i) => ({ name, paused: i === 3, ready: [3105, 0, 12, 4][i], scheduled: [0, 0, 8, 1][i], running: [8, 1, 0, 0][i], failed: [2, 0, 0, 1][i], dead: [1, 0, 0, 0][i], oldestReadyAgeSeconds: [340, null, 2, 900][i], completedLastMinute: [1180, 2, 31, 0][i] }))
export const jobs = Array.from({ length: 40 }, (_, i) => ({ id: newId(), type: pick(['campaigns.send-batch', 'leads.import', 'notifications.deliver', 'customers.rebuild']), queue: pick(queues).name, state: i === 0 ? 'running' : i === 1 ? 'dead' : pick(['completed', 'completed', 'completed', 'ready', 'scheduled']), attempt: i === 1 ? 5 : 1, maxAttempts: 5, runAt: ago(i * 3), progress: i === 0 ? 63 : null, progressText: i === 0 ? '5,315 of 8,420 recipients' : null, error: i === 1 ? 'smtp: 451 4.7.1 Try again later' : null, createdAt: ago(i * 3 + 1), finishedAt: i > 3 ? ago(i * 3) : null }))

export const sandbox = Array.from({ length: 24 }, (_, i) => {
  const lead = leads[i]
  const body = `<!doctype html><html><head><meta charset="utf-8"><style>body{margin:0;background:#f2f4f5;font-family:Helvetica,Arial,sans-serif}.c{max-width:560px;margin:24px auto;background:#fff;border-radius:10px;padding:32px;color:#1b1d1f}.b{display:inline-block;background:#0b6e82;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none}.f{color:#667;font-size:12px}@media (prefers-color-scheme:dark){body{background:#101214}.c{background:#1b1e22;color:#eee}}</style></head><body><div class="c"><h1>Hello ${lead.firstName},</h1><p>roofs like the one of <strong>${lead.company}</strong> pay for themselves in six years on average. We have worked out what yours could earn.</p><p><a class="b" href="https://northwind.example/calculator">See the numbers</a></p><p>Best regards,<br>Maria from Northwind Solar</p><hr style="border:0;border-top:1px solid #ddd"><p class="f">Northwind Solar GmbH, Speicherstraße 12, 20457 Hamburg · <a href="/u/x">Unsubscribe</a></p></div></body></html>`
  return { id: newId(), to: lead.email, from: 'Northwind Solar <hello@northwind.example>', subject: `${lead.firstName}, what your roof could earn`, preview: 'Numbers for your building, not averages. Roofs like the one of ' + lead.company, at: ago(2 + i * 2), campaignId: campaigns[0].id, html: body, text: `Hello ${lead.firstName},\n\nroofs like the one of ${lead.company} pay for themselves in six years on average.\n\nSee the numbers: https://northwind.example/calculator\n`, headers: [{ name: 'From', value: 'Northwind Solar <hello@northwind.example>' }, { name: 'To', value: lead.email }, { name: 'List-Unsubscribe', value: '<http://127.0.0.1:8080/u/abc>' }, { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }, { name: 'Message-ID', value: `<${newId()}@northwind.example>` }], raw: `From: Northwind Solar <hello@northwind.example>\nTo: ${lead.email}\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b1"\n\n--b1\n...`, size: 6120, unsubscribeUrl: '/api/notifications/u/abc' }
})

export const pools = [
  { id: newId(), name: 'Inside sales', members: agents.map((a, i) => ({ userId: a.userId, weight: i === 0 ? 2 : 1, capacity: 40, available: i !== 2 })), version: 1 },
  { id: newId(), name: 'Enterprise', members: [{ userId: agents[0].userId, weight: 1, capacity: null, available: true }], version: 1 },
]
export const rules = [
  { id: newId(), name: 'Large deals to Enterprise', enabled: true, position: 1, conditions: [{ field: 'value', op: 'gt', value: 20000 }], strategy: 'least_loaded', poolId: pools[1].id, version: 1 },
  { id: newId(), name: 'Referrals and partners', enabled: true, position: 2, conditions: [{ field: 'source', op: 'in', value: ['Referral', 'Partner'] }, { field: 'country', op: 'eq', value: 'DE' }], strategy: 'round_robin', poolId: pools[0].id, version: 1 },
  { id: newId(), name: 'Everybody else', enabled: true, position: 3, conditions: [], strategy: 'round_robin', poolId: pools[0].id, version: 1 },
]
export const decisions = Array.from({ length: 60 }, (_, i) => ({ id: newId(), leadId: leads[i].id, agentId: leads[i].ownerId ?? agents[0].userId, ruleId: pick(rules).id, poolId: pools[0].id, strategy: 'round_robin', reason: 'rule “Everybody else”, next in turn', decidedAt: ago(4 + i * 9) }))
export const inbox = Array.from({ length: 9 }, (_, i) => ({ id: newId(), title: ['New lead for you', 'Import finished', 'Campaign started'][i % 3], body: [`${leads[i].displayName} of ${leads[i].company} was assigned to you.`, 'trade-fair-munich.csv: 9,310 leads created, 88 rows refused.', 'Spring roof check goes to 8,420 people.'][i % 3], link: [`/leads/${leads[i].id}`, `/imports/${imports[0].id}`, `/campaigns/${campaigns[0].id}`][i % 3], readAt: i < 3 ? null : ago(i), createdAt: ago(3 + i * 40), kind: 'info' }))
export const messages = leads.slice(0, 120).map((lead, i) => ({ id: newId(), channel: 'email', to: lead.email, subject: `${lead.firstName}, what your roof could earn`, status: ['delivered', 'delivered', 'delivered', 'sent', 'bounced', 'queued'][i % 6], campaignId: campaigns[0].id, customerId: lead.customerId, leadId: lead.id, provider: 'sandbox', attempts: 1, error: i % 6 === 4 ? '550 5.1.1 No such user' : null, createdAt: ago(5 + i), sentAt: ago(4 + i), openedAt: i % 4 === 0 ? ago(2) : null, clickedAt: null, opens: i % 4 === 0 ? 2 : 0, clicks: i % 8 === 0 ? 1 : 0 }))
export const schedules = [
  { id: newId(), name: 'Nightly score decay', cron: '0 3 * * *', everySeconds: null, timeZone: 'Europe/Berlin', target: { event: 'leads.decay-due' }, misfire: 'once', paused: false, nextFireAt: ago(-600), lastFireAt: ago(840), version: 1 },
  { id: newId(), name: 'Sandbox clean-up', cron: null, everySeconds: 3600, timeZone: 'UTC', target: { job: 'notifications.sandbox-cleanup', payload: {} }, misfire: 'skip', paused: true, nextFireAt: null, lastFireAt: ago(400), version: 1 },
]
export const suppressions = [{ id: newId(), channel: 'email', address: 'stop@example.com', reason: 'unsubscribed', createdAt: ago(4000) }, { id: newId(), channel: 'email', address: 'gone@example.com', reason: 'bounced', createdAt: ago(900) }]
export const deadLetters = [{ id: newId(), group: 'customers', eventType: 'lead.created', error: 'duplicate key value violates unique constraint "ix_customers_email"', attempts: 5, at: ago(55), payload: { leadId: leads[0].id } }]

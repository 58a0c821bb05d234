// From the POST of a lead to its owner, at a fixed pace.
//   node bench/routing/run.mjs [--quick] [--rates=50,200] [--secs=30] [--agents=20] [--no-build]
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { args, bench, cpuSeconds, heading, installPeer, machine, number, percentile, print, round, sleep, table } from '../lib/bench.mjs';
import { build, startTideline } from '../lib/tideline.mjs';

const peer = join(dirname(fileURLToPath(import.meta.url)), '../import/peer'); // for its PostgreSQL client
const rates = (args.rates ?? '50,200').split(',').map(Number), seconds = number('secs', 3, 30), agents = number('agents', 20, 20);
const sampleEvery = 10, look = 5;

bench(async () => {
  installPeer(peer);
  build();
  const pg = createRequire(join(peer, 'package.json'))('pg');
  const product = await startTideline();
  const { user } = await product.register();
  const members = [user.id, ...await hire(product, agents - 1)].map(userId => ({ userId }));
  const pool = await product.post('/api/assignment/pools', { name: 'Sales', members });
  await product.post('/api/assignment/rules', { name: 'Fairs', strategy: 'round_robin', poolId: pool.id, conditions: [{ field: 'source', op: 'eq', value: 'fair' }] });
  await product.post('/api/assignment/rules', { name: 'Germany', strategy: 'round_robin', poolId: pool.id, conditions: [{ field: 'country', op: 'eq', value: 'DE' }] });
  await product.post('/api/assignment/rules', { name: 'Everybody else', strategy: 'least_loaded', poolId: pool.id, conditions: [] });

  await run(product, pg, 50, 2, 'warm');
  const lines = [];
  for (const rate of rates) {
    const line = { bench: 'routing', ...await run(product, pg, rate, seconds, `r${rate}`), load1: machine().load1 };
    print(line);
    lines.push(line);
  }
  heading(`${seconds} s at each pace, ${agents} agents, 3 rules`);
  table([
    ['leads/s', l => l.rate], ['POST answered p50 / p99 ms', l => `${l.post_p50} / ${l.post_p99}`],
    ['created → decided p50 / p99 ms', l => `${l.decided_p50} / ${l.decided_p99}`], ['created → owner on the lead p50 / p99 ms', l => `${l.assigned_p50} / ${l.assigned_p99}`],
    ['POST sent → owner seen by GET p50 / p99 ms', l => `${l.seen_p50} / ${l.seen_p99}`], ['CPU ms a lead, all in', l => l.cpu_ms],
  ], lines);
});

// By invitation, as people come in: a pool takes members of the workspace only.
async function hire(product, count) {
  const ids = [], mark = crypto.randomUUID().slice(0, 8);
  for (let i = 0; i < count; i++) {
    const email = `agent${i}-${mark}@example.net`;
    await product.post('/api/identity/invitations', { email, role: 'agent' });
    let mail;
    while (!(mail = (await product.get(`/api/notifications/sandbox?q=${email}`)).data[0])) await sleep(50);
    const { text } = await product.get(`/api/notifications/sandbox/${mail.id}`);
    const session = await product.post('/api/identity/invitations/accept', { token: /token=([\w.-]+)/.exec(text)[1], name: `Agent ${i}`, password: `a quiet harbour ${mark}` });
    ids.push(session.user.id);
  }
  return ids;
}

async function run(product, pg, rate, length, mark) {
  await product.signIn();
  const total = rate * length, posts = [], seen = [], ids = [];
  const cpu = cpuSeconds(product.pids), began = performance.now();
  const pending = [];
  let failed;
  for (let i = 0; i < total; i++) {
    // By the clock, not one after the other: a slow answer must not slow the pace down.
    const due = began + i * 1000 / rate, wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    pending.push(one(i).catch(e => { failed ??= e; }));
  }
  await Promise.all(pending);
  if (failed) throw failed;
  const took = (performance.now() - began) / 1000;
  await product.settled(pg);
  const used = cpuSeconds(product.pids) - cpu;
  const { decided, assigned } = await stored(product, pg, ids);
  if (decided.length !== total || assigned.length !== total) throw new Error(`${total} leads, ${decided.length} decisions, ${assigned.length} noted on the lead`);
  const p = (values, q) => round(percentile(values, q), 1);
  return {
    rate, kept_pace: round(total / took / rate, 2), leads: total, post_p50: p(posts, 50), post_p99: p(posts, 99), decided_p50: p(decided, 50), decided_p99: p(decided, 99),
    assigned_p50: p(assigned, 50), assigned_p99: p(assigned, 99), seen_p50: p(seen, 50), seen_p99: p(seen, 99), seen_of: seen.length, cpu_ms: round(used / total * 1000, 2),
  };

  async function one(i) {
    const sent = performance.now();
    const lead = await product.post('/api/leads/leads', {
      firstName: 'Ada', lastName: 'Lovelace', company: 'Acme', email: `${mark}.${i}@example.com`, country: ['DE', 'FR', 'GB'][i % 3], source: i % 4 === 0 ? 'fair' : 'web',
    });
    posts.push(performance.now() - sent);
    ids.push(lead.id);
    if (i % sampleEvery !== 0) return;
    while (!(await product.get(`/api/leads/leads/${lead.id}`)).ownerId) {
      if (performance.now() - sent > 60_000) throw new Error(`lead ${lead.id} has no owner after a minute`);
      await sleep(look);
    }
    seen.push(performance.now() - sent);
  }
}

/** The times that the services wrote down themselves: one clock, as all is on one machine. */
async function stored(product, pg, ids) {
  const query = async (database, sql) => {
    const client = new pg.Client({ connectionString: product.databaseUrl(database) });
    await client.connect();
    try { return (await client.query(sql, [ids])).rows; } finally { await client.end(); }
  };
  const leads = await query('leads', `
    select l.id, extract(epoch from l.created_at)::float8 * 1000 as created, extract(epoch from min(a.at))::float8 * 1000 as assigned
    from lead l left join lead_activity a on a.tenant_id = l.tenant_id and a.lead_id = l.id and a.type = 'assigned'
    where l.id = any($1) group by l.tenant_id, l.id`);
  const decisions = new Map((await query('assignment', 'select lead_id, extract(epoch from min(decided_at))::float8 * 1000 as decided from assignment where lead_id = any($1) group by lead_id'))
    .map(row => [row.lead_id, row.decided]));
  return {
    decided: leads.filter(l => decisions.has(l.id)).map(l => decisions.get(l.id) - l.created),
    assigned: leads.filter(l => l.assigned !== null).map(l => l.assigned - l.created),
  };
}

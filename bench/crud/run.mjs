// Create, get and list leads over HTTP: the whole product next to two Node servers that do this and nothing else.
//   node bench/crud/run.mjs [--quick] [--secs=8] [--reps=3] [--rows=20000] [--connections=64] [--only=tideline,fastify-pg] [--no-build]
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { args, bench, cpuSeconds, freePort, heading, installPeer, listening, machine, median, must, need, number, print, quick, round, sleep, start, table, wrk } from '../lib/bench.mjs';
import { connected, startPostgresLike } from '../lib/postgres.mjs';
import { build, startTideline } from '../lib/tideline.mjs';

const peer = join(dirname(fileURLToPath(import.meta.url)), 'peer');
const seconds = number('secs', 2, 8), reps = number('reps', 1, 3), rows = number('rows', 2000, 20_000), connections = number('connections', 64, 64);
const peers = { 'nest-prisma': 1, 'nest-prisma ×2': 2, 'fastify-pg': 1, 'fastify-pg ×2': 2 };
const wanted = args.only?.split(',') ?? ['tideline', ...Object.keys(peers)];
const operations = ['get', 'list', 'create'];

bench(async () => {
  need('wrk', 'wrk');
  installPeer(peer);
  // The client needs the schema's types only, and the engine for schemas cannot be installed without running scripts.
  if (!existsSync(join(peer, 'generated'))) must('node_modules/.bin/prisma', ['generate', '--schema', 'schema.prisma'], { cwd: peer, env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' } });
  build();
  const pg = createRequire(join(peer, 'package.json'))('pg');

  const product = await startTideline();
  const rivals = [];
  if (wanted.includes('tideline')) rivals.push(await ours(product, pg));
  const chosen = Object.entries(peers).filter(([name]) => wanted.includes(name));
  if (chosen.length > 0) {
    const database = await startPostgresLike(product.postgres);
    const ids = await seed(pg, database);
    for (const [name, processes] of chosen) rivals.push(await theirs(name, processes, database, ids));
  }
  for (const rival of rivals) rival.bytes = await sizes(rival);

  const lines = [];
  for (const operation of operations)
    for (const rival of rivals) await measure(rival, operation, Math.min(seconds, 2)); // warm: compiled, planned, cached
  for (let rep = 1; rep <= reps; rep++)
    for (const operation of operations)
      for (const rival of rivals) {
        const line = { bench: 'crud', rival: rival.name, operation, rep, ...await measure(rival, operation, seconds), load1: machine().load1 };
        print(line);
        lines.push(line);
      }
  return tell(lines, rivals);
});

async function ours(product, pg) {
  await product.register();
  for (let from = 0; from < rows; from += 1000)
    await product.post('/api/leads/leads/batch', { leads: Array.from({ length: Math.min(1000, rows - from) }, (_, i) => person(from + i, 'seed')) });
  const seeded = await product.settled(pg);
  print({ bench: 'crud', rival: 'tideline', seeded: rows, subscribers_done_ms: seeded.ms });
  const before = cpuSeconds(product.pids);
  await sleep(quick ? 2000 : 5000);
  print({ bench: 'crud', rival: 'tideline', idle_cpu_percent: round((cpuSeconds(product.pids) - before) / (quick ? 2 : 5) * 100) });
  const ids = [];
  for (let next = ''; ids.length < Math.min(rows, 2000);) {
    const page = await product.get(`/api/leads/leads?limit=200${next}`);
    ids.push(...page.data.map(lead => lead.id));
    if (!page.next) break;
    next = `&cursor=${encodeURIComponent(page.next)}`;
  }
  return {
    name: 'tideline', url: product.url, path: '/api/leads/leads', list: '/api/leads/leads?limit=50', ids, pids: product.pids,
    prepare: () => product.signIn(), token: () => product.token, settle: () => product.settled(pg),
  };
}

async function seed(pg, database) {
  const client = await connected(pg, database.url);
  const { readFileSync } = await import('node:fs');
  await client.query(readFileSync(join(peer, 'schema.sql'), 'utf8'));
  const { tenant, stage } = createRequire(join(peer, 'package.json'))('./workers.cjs');
  const people = Array.from({ length: rows }, (_, i) => person(i, 'seed'));
  await client.query(`
    insert into lead (id, tenant_id, first_name, last_name, display_name, company, email, phone, country, source, stage_id, stage_name, custom)
    select gen_random_uuid(), $2, r."firstName", r."lastName", r."firstName" || ' ' || r."lastName", r.company, r.email, r.phone, r.country, r.source, $3, $4, r.custom
    from json_to_recordset($1::json) as r ("firstName" text, "lastName" text, company text, email text, phone text, country text, source text, custom jsonb)`,
  [JSON.stringify(people), tenant, stage.id, stage.name]);
  await client.query('vacuum analyze lead');
  const { rows: found } = await client.query('select id from lead order by random() limit 2000');
  await client.end();
  return found.map(row => row.id);
}

async function theirs(name, processes, database, ids) {
  const port = await freePort();
  const server = start(process.execPath, [join(peer, `${name.split(' ')[0]}.cjs`), port, processes], { cwd: peer, env: { ...process.env, DATABASE_URL: database.url, NODE_ENV: 'production' } });
  await Promise.race([listening(port), server.ended.then(code => { throw new Error(`${name} ended with ${code}: ${server.said()}`); })]);
  return { name, url: `http://127.0.0.1:${port}`, path: '/leads', list: '/leads', ids, pids: [server.pid, database.pid], prepare: () => {}, token: () => null, settle: () => null };
}

/** The same person for all; phone numbers are real-looking, as ours reads and keeps them in their international form. */
function person(i, mark) {
  return {
    firstName: 'Ada', lastName: 'Lovelace', company: `Company ${i % 500}`, email: `${mark}${i}@example.com`, phone: `+49151${String(10_000_000 + i)}`,
    country: 'DE', source: 'web', custom: { campaign: 'spring', size: '42' },
  };
}

let series = 0;

async function measure(rival, operation, length) {
  await rival.prepare();
  const token = rival.token(), authorization = token ? `wrk.headers["Authorization"] = "Bearer ${token}"\n` : '';
  const script = authorization + {
    get: `local ids = {${rival.ids.map(id => `"${id}"`).join(',')}}\nlocal i = 0\nrequest = function() i = i % #ids + 1 return wrk.format("GET", "${rival.path}/" .. ids[i]) end\n`,
    list: `request = function() return wrk.format("GET", "${rival.list}") end\n`,
    create: `local n = 0\nwrk.method = "POST" wrk.headers["Content-Type"] = "application/json"\n`
      + `request = function() n = n + 1 return wrk.format("POST", "${rival.path}", nil, '${bodies(++series)}') end\n`,
  }[operation];
  const before = cpuSeconds(rival.pids);
  const run = await wrk({ url: rival.url, script, connections, seconds: length });
  const cpu = cpuSeconds(rival.pids) - before;
  if (run.refused > 0 || run.errors > 0) throw new Error(`${rival.name} ${operation}: ${run.refused} refused, ${run.errors} failed of ${run.n}`);
  const line = { per_s: round(run.perSecond, 0), p50_ms: round(run.p50, 2), p99_ms: round(run.p99, 2), cpu_us: round(cpu / run.n * 1e6, 0) };
  if (operation !== 'create') return line;
  const settled = await rival.settle();
  return settled ? { ...line, lag_ms: settled.ms, lag_most: settled.most, cpu_us_with_subscribers: round((cpuSeconds(rival.pids) - before) / run.n * 1e6, 0) } : line;
}

/** A Lua expression in the middle of the JSON makes each person another one: 1,000 series of 100,000 people. */
function bodies(run) {
  const start = run * 100_000 + 20_000_000;
  const body = JSON.stringify({ ...person(0, ''), email: 'EMAIL', phone: 'PHONE' });
  return body.replace('EMAIL', `r${Date.now()}x${run}n' .. n .. '@example.com`).replace('PHONE', `+49151' .. (${start} + n) .. '`);
}

async function sizes(rival) {
  await rival.prepare();
  const headers = rival.token() ? { authorization: `Bearer ${rival.token()}` } : {};
  const size = async path => (await (await fetch(rival.url + path, { headers })).arrayBuffer()).byteLength;
  return { get: await size(`${rival.path}/${rival.ids[0]}`), list: await size(rival.list) };
}

function tell(lines, rivals) {
  const of = (name, operation, key) => median(lines.filter(l => l.rival === name && l.operation === operation).map(l => l[key]));
  heading(`Median of ${reps} × ${seconds} s, ${connections} connections, ${rows} leads to begin with`);
  for (const operation of operations) {
    const base = name => name.startsWith('tideline') || !rivals.some(r => r.name === 'tideline') ? '' : `${round(of('tideline', operation, 'per_s') / of(name, operation, 'per_s'), 2)} × / ${round(of('tideline', operation, 'cpu_us') / of(name, operation, 'cpu_us'), 2)} ×`;
    console.log(`\n${operation}${rivals[0].bytes[operation] ? ` (bytes of an answer: ${rivals.map(r => `${r.name} ${r.bytes[operation]}`).join(', ')})` : ''}`);
    table([
      ['server', r => r.name], ['requests/s', r => of(r.name, operation, 'per_s')], ['p50 ms', r => of(r.name, operation, 'p50_ms')], ['p99 ms', r => of(r.name, operation, 'p99_ms')],
      ['CPU µs (server and database)', r => of(r.name, operation, 'cpu_us')], ['tideline: rate / CPU', r => base(r.name)],
    ], rivals);
  }
  if (rivals.some(r => r.name === 'tideline'))
    console.log(`\nSubscribers of lead.created were done ${of('tideline', 'create', 'lag_ms')} ms after the last request (at most ${of('tideline', 'create', 'lag_most')} events waited); with their work a create costs ${of('tideline', 'create', 'cpu_us_with_subscribers')} µs of CPU.`);
}

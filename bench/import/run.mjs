// Imports a CSV file through the API: ours next to a Node server that streams the same file into the same table.
//   node bench/import/run.mjs [--quick] [--rows=100000] [--reps=3] [--no-build]
import { createReadStream, openAsBlob, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { bench, cpuSeconds, freePort, heading, installPeer, listening, machine, median, number, peakMb, print, resetPeak, round, scratch, sleep, start, table } from '../lib/bench.mjs';
import { connected, startPostgresLike } from '../lib/postgres.mjs';
import { build, startTideline } from '../lib/tideline.mjs';
import { writePeople } from './people.mjs';

const peer = join(dirname(fileURLToPath(import.meta.url)), 'peer');
const rows = number('rows', 2000, 100_000), reps = number('reps', 1, 3);

bench(async () => {
  installPeer(peer);
  build();
  const pg = createRequire(join(peer, 'package.json'))('pg');
  const product = await startTideline();
  await product.register();
  const database = await startPostgresLike(product.postgres);
  const client = await connected(pg, database.url);
  await client.query(readFileSync(join(peer, 'schema.sql'), 'utf8'));
  await client.end();
  const port = await freePort();
  const server = start(process.execPath, [join(peer, 'server.cjs'), port], { cwd: peer, env: { ...process.env, DATABASE_URL: database.url, NODE_ENV: 'production' } });
  await listening(port);

  const folder = scratch('files'), lines = [];
  const rivals = {
    tideline: (file, expected) => ours(product, pg, file, expected),
    'fastify + csv-parse + pg': (file, expected) => theirs(`http://127.0.0.1:${port}/import`, server.pid, database.pid, file, expected),
  };
  const warm = join(folder, 'warm.csv');
  const warmExpected = await writePeople(warm, 1000, 'warm');
  for (const run of Object.values(rivals)) await run(warm, warmExpected);
  for (let rep = 1; rep <= reps; rep++) {
    const file = join(folder, `${rep}.csv`);
    const expected = await writePeople(file, rows, `r${rep}`);
    for (const [rival, run] of Object.entries(rivals)) {
      const line = { bench: 'import', rival, rep, ...await run(file, expected), load1: machine().load1 };
      print(line);
      lines.push(line);
    }
  }
  tell(lines, statSync(join(folder, '1.csv')).size);
});

async function ours(product, pg, file, expected) {
  await product.signIn();
  const pids = product.pids;
  resetPeak(product.pid);
  const cpu = cpuSeconds(pids), began = performance.now();
  const form = new FormData();
  form.append('file', await openAsBlob(file, { type: 'text/csv' }), 'people.csv');
  const uploaded = await product.post('/api/leads/imports', form);
  const uploadMs = performance.now() - began;
  const fields = { 'First Name': 'firstName', 'Last Name': 'lastName', Company: 'company', Email: 'email', Phone: 'phone', Country: 'country', Source: 'source', Notes: 'notes' };
  await product.put(`/api/leads/imports/${uploaded.id}/mapping`, {
    columns: uploaded.columns.map(c => ({ index: c.index, field: fields[c.name] ?? null })), defaultCountry: 'DE', duplicatePolicy: 'update',
  });
  await product.post(`/api/leads/imports/${uploaded.id}/start`, {});
  let seen = uploaded;
  while (!['completed', 'failed', 'cancelled'].includes(seen.status)) {
    await sleep(50);
    seen = await product.get(`/api/leads/imports/${uploaded.id}`);
  }
  const ms = performance.now() - began, used = cpuSeconds(pids) - cpu;
  if (seen.status !== 'completed') throw new Error(`the import ended as ${seen.status}: ${seen.error}`);
  if (seen.created !== expected.created || seen.rejected !== expected.rejected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(seen)}`);
  const settled = await product.settled(pg);
  return {
    ...figures(expected.rows, ms, used), peak_mb: peakMb(product.pid), upload_ms: round(uploadMs, 0), running_ms: Date.parse(seen.finishedAt) - Date.parse(seen.startedAt),
    lag_ms: settled.ms, cpu_us_with_subscribers: round((cpuSeconds(pids) - cpu) / expected.rows * 1e6),
  };
}

async function theirs(url, serverPid, databasePid, file, expected) {
  resetPeak(serverPid);
  const cpu = cpuSeconds([serverPid, databasePid]), began = performance.now();
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: Readable.toWeb(createReadStream(file)), duplex: 'half' });
  if (!answer.ok) throw new Error(await answer.text());
  const seen = await answer.json();
  const ms = performance.now() - began;
  if (seen.written !== expected.created || seen.rejected !== expected.rejected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(seen)}`);
  return { ...figures(expected.rows, ms, cpuSeconds([serverPid, databasePid]) - cpu), peak_mb: peakMb(serverPid) };
}

const figures = (count, ms, cpu) => ({ rows: count, ms: round(ms, 0), per_s: round(count / ms * 1000, 0), cpu_us: round(cpu / count * 1e6) });

function tell(lines, bytes) {
  const names = [...new Set(lines.map(l => l.rival))];
  const of = (name, key) => median(lines.filter(l => l.rival === name).map(l => l[key]));
  heading(`Median of ${reps} files of ${rows} rows (${round(bytes / 1e6)} MB), from the first byte sent to the last row stored`);
  table([
    ['importer', n => n], ['rows/s', n => of(n, 'per_s')], ['CPU µs a row (server and database)', n => of(n, 'cpu_us')], ['peak MB of the server', n => of(n, 'peak_mb')],
    ['tideline: rate / CPU', n => n === 'tideline' ? '' : `${round(of('tideline', 'per_s') / of(n, 'per_s'), 2)} × / ${round(of('tideline', 'cpu_us') / of(n, 'cpu_us'), 2)} ×`],
  ], names);
  console.log(`\nOf tideline's time the upload took ${of('tideline', 'upload_ms')} ms and the job ${of('tideline', 'running_ms')} ms. Its subscribers (customers, routing) were done ${of('tideline', 'lag_ms')} ms later; with their work a row costs ${of('tideline', 'cpu_us_with_subscribers')} µs of CPU.`);
}

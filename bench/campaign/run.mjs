// A campaign through the whole product into postfix's smtp-sink: import the leads, start, completed. Next to Nodemailer's pool, which is
// handed its recipients from memory and remembers nothing.
//   node bench/campaign/run.mjs [--quick] [--leads=10000] [--reps=3] [--no-build]
import { spawnSync } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bench, cpuSeconds, freePort, heading, installPeer, listening, machine, median, need, number, peakMb, print, resetPeak, round, scratch, sleep, start, table } from '../lib/bench.mjs';
import { build, startTideline } from '../lib/tideline.mjs';
import { writePeople } from '../import/people.mjs';

const here = dirname(fileURLToPath(import.meta.url)), mailPeer = join(here, '../mail/peer'), pgPeer = join(here, '../import/peer');
const leads = number('leads', 500, 10_000), reps = number('reps', 1, 3), connections = number('connections', 10, 10);

bench(async () => {
  const sinkProgram = need('smtp-sink', 'postfix', '/usr/libexec/postfix');
  installPeer(mailPeer);
  installPeer(pgPeer);
  build();
  const pg = createRequire(join(pgPeer, 'package.json'))('pg');
  const port = await freePort();
  const command = [...(process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []), sinkProgram, `127.0.0.1:${port}`, '1000'];
  const sink = start(command[0], command.slice(1), { cwd: os.tmpdir() });
  await listening(port);

  const product = await startTideline({
    'Services:notifications:Mode': 'Smtp', 'Services:notifications:Smtp:Host': '127.0.0.1', 'Services:notifications:Smtp:Port': port,
    'Services:notifications:Smtp:Security': 'None', 'Services:notifications:Smtp:MaxConnections': connections,
  });
  await product.register();
  const folder = scratch('files');
  const rivals = {
    tideline: (count, mark) => ours(product, pg, folder, count, mark),
    nodemailer: count => theirs(port, count),
  };
  for (const run of Object.values(rivals)) await run(200, 'warm');
  const lines = [];
  for (let rep = 1; rep <= reps; rep++)
    for (const [rival, run] of Object.entries(rivals)) {
      const before = cpuSeconds([sink.pid]);
      const line = { bench: 'campaign', rival, rep, ...await run(leads, `r${rep}`) };
      Object.assign(line, { sink_cpu_us: round((cpuSeconds([sink.pid]) - before) / line.n * 1e6, 0), load1: machine().load1 });
      print(line);
      lines.push(line);
    }
  tell(lines);
});

async function ours(product, pg, folder, count, mark) {
  await product.signIn();
  // The leads: an import, whose id is the audience. The generator's invalid and repeated rows make the file a little longer than the audience.
  const file = join(folder, `${mark}.csv`), rows = Math.ceil(count / 0.97);
  await writePeople(file, rows, mark);
  const form = new FormData();
  form.append('file', await openAsBlob(file, { type: 'text/csv' }), 'people.csv');
  const began = performance.now();
  const upload = await product.post('/api/leads/imports', form);
  const fields = { 'First Name': 'firstName', 'Last Name': 'lastName', Company: 'company', Email: 'email', Phone: 'phone', Country: 'country', Source: 'source' };
  await product.put(`/api/leads/imports/${upload.id}/mapping`, { columns: upload.columns.map(c => ({ index: c.index, field: fields[c.name] ?? null })), defaultCountry: 'DE', duplicatePolicy: 'skip' });
  await product.post(`/api/leads/imports/${upload.id}/start`, {});
  const imported = await until(() => product.get(`/api/leads/imports/${upload.id}`), i => ['completed', 'failed', 'cancelled'].includes(i.status));
  if (imported.status !== 'completed') throw new Error(`the import ended as ${imported.status}: ${imported.error}`);
  await product.settled(pg); // every lead is a customer now: what a campaign is sent to
  const importMs = performance.now() - began;

  const campaign = await product.post('/api/campaigns/campaigns', { name: mark, subject: '{{firstName}}, a place for the people of {{company}}', html, audience: { leadFilter: { importId: upload.id } } });
  resetPeak(product.pid);
  const cpu = cpuSeconds(product.pids), sent = performance.now();
  await product.post(`/api/campaigns/campaigns/${campaign.id}/start`, {});
  const done = await until(() => product.get(`/api/campaigns/campaigns/${campaign.id}`), c => ['completed', 'cancelled', 'paused'].includes(c.status));
  const ms = performance.now() - sent, used = cpuSeconds(product.pids) - cpu;
  if (done.status !== 'completed') throw new Error(`the campaign ended as ${done.status}`);
  const settled = await product.settled(pg);
  const { stats } = await product.get(`/api/campaigns/campaigns/${campaign.id}`);
  if (stats.sent !== imported.created) throw new Error(`${imported.created} leads, ${JSON.stringify(stats)}`);
  return {
    n: stats.sent, ms: round(ms, 0), per_s: round(stats.sent / ms * 1000, 0), cpu_us: round(used / stats.sent * 1e6, 0), peak_mb: peakMb(product.pid),
    import_ms: round(importMs, 0), lag_ms: settled.ms, cpu_us_with_subscribers: round((cpuSeconds(product.pids) - cpu) / stats.sent * 1e6, 0),
  };
}

function theirs(port, count) {
  const run = spawnSync(process.execPath, [join(mailPeer, 'nodemailer.mjs'), `--port=${port}`, `--n=${count}`, `--conns=${connections}`, `--warm=${Math.min(count, 500)}`], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`nodemailer failed: ${run.stdout}${run.stderr}`);
  const { n, per_s, client_cpu_us, peak_mb } = JSON.parse(run.stdout);
  return { n, per_s, cpu_us: client_cpu_us, peak_mb };
}

async function until(ask, reached, seconds = 900) {
  for (const end = performance.now() + seconds * 1000; ;) {
    const answer = await ask();
    if (reached(answer)) return answer;
    if (performance.now() > end) throw new Error(`not reached in ${seconds} s: ${JSON.stringify(answer).slice(0, 500)}`);
    await sleep(50);
  }
}

function tell(lines) {
  const names = [...new Set(lines.map(l => l.rival))];
  const of = (name, key) => median(lines.filter(l => l.rival === name).map(l => l[key]));
  heading(`Median of ${reps} campaigns to ${leads} leads, ${connections} SMTP connections`);
  table([
    ['sender', n => n], ['messages/s', n => of(n, 'per_s')], ['CPU µs a message', n => `${of(n, 'cpu_us')}${n === 'tideline' ? ' (database included)' : ' (it has none)'}`],
    ['sink CPU µs a message (warm-up included)', n => of(n, 'sink_cpu_us')], ['peak MB', n => of(n, 'peak_mb')],
    ['tideline: rate / CPU', n => n === 'tideline' ? '' : `${round(of('tideline', 'per_s') / of(n, 'per_s'), 2)} × / ${round(of('tideline', 'cpu_us') / of(n, 'cpu_us'), 2)} ×`],
  ], names);
  console.log(`\nBefore it, the import of the leads took ${of('tideline', 'import_ms')} ms, customers and routing included. After it, reports and timelines were complete ${of('tideline', 'lag_ms')} ms later; with that work a message costs ${of('tideline', 'cpu_us_with_subscribers')} µs of CPU.`);
}

// About as long as the peer's message, and as much to fill in.
const words = 'We are glad that {{company}} is with us. Grace Hopper looks after you, {{firstName}}, and has kept a place for you in the next round of the course. '.repeat(5);
const html = `<h1>Hi {{firstName}} {{lastName}},</h1><p>${words}</p>{{#if company}}<p><b>You come first, {{company}}.</b></p>{{/if}}<table>`
  + ['a', 'b', 'c', 'd'].map((c, i) => `<tr><td>Item ${c}</td><td>$${9 + i * 10}.00</td><td><a href="https://shop.example.com/items/${c}">View</a></td></tr>`).join('')
  + `</table><p>${words}</p><p>{{displayName}}, this goes to {{email}}. <a href="{{unsubscribeUrl}}">Unsubscribe</a></p>`;

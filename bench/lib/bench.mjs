// What every bench needs: arguments, processes that are ended again, CPU and memory from /proc, wrk, medians, tables.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const args = Object.fromEntries(process.argv.slice(2).map(a => { const [name, ...value] = a.replace(/^--/, '').split('='); return [name, value.join('=') || 'true']; }));
export const quick = 'quick' in args;

/** A number from the command line, or the default of a quick or of a full run. */
export const number = (name, small, full) => args[name] === undefined ? (quick ? small : full) : +args[name];

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
export const round = (value, digits = 1) => +value.toFixed(digits);
export const median = values => { const sorted = [...values].sort((a, b) => a - b); return sorted[Math.floor((sorted.length - 1) / 2)]; };
export const percentile = (values, p) => { const sorted = [...values].sort((a, b) => a - b); return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p / 100) - 1)]; };
export const print = line => console.log(JSON.stringify(line));
export const machine = () => ({ cores: os.cpus().length, cpu: os.cpus()[0]?.model.trim(), node: process.version, load1: round(os.loadavg()[0]) });

/** The first of these programs that is there; ends the run with what to install when there is none. */
export function need(program, debianPackage, ...folders) {
  const found = [...process.env.PATH.split(delimiter), '/usr/sbin', ...folders].map(folder => join(folder, program)).find(existsSync);
  if (found) return found;
  console.error(`${program} is not installed (Debian: apt-get install ${debianPackage}): nothing to measure with.`);
  process.exit(2);
}

/** Runs a command that has to succeed; what it says is shown when it does not. */
export function must(command, argv, options = {}) {
  const run = spawnSync(command, argv, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (run.status !== 0) throw new Error(`${command} ${argv.join(' ')} failed (${run.status ?? run.signal ?? run.error})\n${run.stdout ?? ''}${run.stderr ?? ''}`);
}

export function installPeer(folder) {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return;
  // Without a lock where a peer's optional packages are not in every registry: npm ci refuses such a lock.
  const how = existsSync(join(folder, 'package-lock.json')) ? ['ci'] : ['install', '--no-package-lock'];
  must('npm', [...how, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
}

// --- what must be undone ---------------------------------------------------------------------------------------------

const undo = [];

/** Undone in reverse order when the run ends, however it ends. */
export const atEnd = action => undo.push(action);

/** Runs a bench; cleans up behind it. */
export async function bench(main) {
  let code = 0, ending;
  // Once: interrupted, the bench fails at what is taken away under it, and must not exit before the rest is, too.
  const end = () => ending ??= (async () => {
    for (const action of undo.reverse()) try { await action(); } catch (e) { console.error(`clean-up: ${e.message}`); }
  })();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, async () => { await end(); process.exit(130); });
  // A database that is stopped tells its clients, who throw outside of everything.
  for (const failure of ['uncaughtException', 'unhandledRejection']) process.on(failure, async e => { if (!ending) console.error(e); await end(); process.exit(1); });
  try { code = await main() ?? 0; } catch (e) { if (!ending) console.error(e); code = 1; }
  await end();
  process.exit(code);
}

/** A folder that is removed in the end. Others may pass through it: PostgreSQL runs as nobody when we are root. */
export function scratch(name) {
  const folder = mkdtempSync(join(os.tmpdir(), `tideline-bench-${name}-`));
  chmodSync(folder, 0o711);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}

/** Starts a process that is ended, by its own id, when the run ends. What it says goes to a file, as reading along would cost it and us time. */
export function start(command, argv, { ready, signal = 'SIGTERM', seconds = 120, ...options } = {}) {
  const log = join(scratch('log'), 'output.log'), output = openSync(log, 'w');
  const child = spawn(command, argv, { stdio: ['ignore', output, output], ...options });
  closeSync(output);
  const said = () => readFileSync(log, 'utf8').slice(-20_000);
  const ended = new Promise(resolve => child.once('exit', (code, by) => resolve(code ?? by)));
  child.once('error', e => appendFileSync(log, e.message));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 40_000);
    await ended;
    clearTimeout(timer);
  };
  atEnd(stop);
  const isReady = ready === undefined ? Promise.resolve() : (async () => {
    for (const until = Date.now() + seconds * 1000; !ready.test(said());) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}:\n${said()}`);
      if (Date.now() > until) throw new Error(`${command} was not ready in ${seconds} s:\n${said()}`);
      await sleep(20);
    }
  })();
  isReady.catch(() => {}); // whoever waits for it hears of it; nobody has to
  return { child, pid: child.pid, stop, ready: isReady, ended, said };
}

export function freePort() {
  return new Promise(resolve => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
}

export function listening(port, seconds = 30) {
  return new Promise((resolve, reject) => {
    const until = Date.now() + seconds * 1000;
    (function attempt() {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(); });
      socket.on('error', () => Date.now() < until ? setTimeout(attempt, 50) : reject(new Error(`nothing listens on port ${port}`)));
    })();
  });
}

// --- /proc -----------------------------------------------------------------------------------------------------------

const ticks = +(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout || 100);

function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: +fields[1], cpu: (+fields[11] + +fields[12] + +fields[13] + +fields[14]) / ticks };
  } catch { return null; }
}

/** CPU seconds of these processes and all below them, those that have ended (and were waited for) included. */
export function cpuSeconds(pids) {
  const all = new Map();
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) { const s = stat(name); if (s) all.set(+name, s); }
  const tree = new Set(pids.map(Number));
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, s] of all) if (!tree.has(pid) && tree.has(s.parent)) { tree.add(pid); grew = true; }
  }
  let sum = 0;
  for (const pid of tree) sum += all.get(pid)?.cpu ?? 0;
  return sum;
}

const memory = (pid, key) => +(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${key}:\\s+(\\d+)`))?.[1] ?? NaN) / 1024;
export const residentMb = pid => round(memory(pid, 'VmRSS'), 0);
export const peakMb = pid => round(memory(pid, 'VmHWM'), 0);
/** Forgets the peak so far; needs the right to write there, which we have over our own children. */
export const resetPeak = pid => { try { writeFileSync(`/proc/${pid}/clear_refs`, '5'); } catch { /* then the peak is that of the whole life */ } };

// --- load ------------------------------------------------------------------------------------------------------------

const wrkDone = `
done = function(s, l, r)
  local e = s.errors
  io.write(string.format('JSON{"n":%d,"us":%d,"p50":%.3f,"p99":%.3f,"max":%.3f,"bytes":%d,"errors":%d,"refused":%d}\\n',
    s.requests, s.duration, l:percentile(50)/1000, l:percentile(99)/1000, l.max/1000, s.bytes, e.connect+e.read+e.write+e.timeout, e.status))
end
`;

/** One run of wrk on one thread. `script` is Lua that may define request(). */
export async function wrk({ url, script = '', connections = 64, seconds }) {
  const file = join(os.tmpdir(), `tideline-bench-${process.pid}.lua`);
  writeFileSync(file, script + wrkDone, { mode: 0o600 });
  try {
    const output = await new Promise((resolve, reject) => {
      const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', file, url], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stdout.on('data', d => said += d);
      child.stderr.on('data', d => said += d);
      child.on('error', reject);
      child.on('close', () => resolve(said));
    });
    const found = output.match(/JSON(\{.*\})/);
    if (!found) throw new Error(`wrk said: ${output}`);
    const r = JSON.parse(found[1]);
    return { ...r, perSecond: r.n / (r.us / 1e6) };
  } finally {
    rmSync(file, { force: true });
  }
}

// --- tables ----------------------------------------------------------------------------------------------------------

/** A Markdown table; columns are [title, row => text]. */
export function table(columns, rows) {
  console.log(`\n| ${columns.map(c => c[0]).join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);
  for (const row of rows) console.log(`| ${columns.map(c => c[1](row)).join(' | ')} |`);
}

export const heading = text => {
  const m = machine();
  console.log(`\n${text}; ${m.cores} cores (${m.cpu}), load ${m.load1}, node ${m.node}${quick ? '; a QUICK run: it shows that the bench works, not how fast anything is' : ''}`);
};

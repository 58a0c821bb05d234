// Ours and Nodemailer's pool take turns against one smtp-sink (postfix), on this machine, in this run.
//   node bench/mail/run.mjs [--n=20000] [--reps=3] [--conns=10] [--peer-conns=10]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const args = Object.fromEntries(process.argv.slice(2).map(a => a.replace(/^--/, '').split('=')));
const n = +(args.n ?? 20000), reps = +(args.reps ?? 3), conns = +(args.conns ?? 10), peerConns = +(args['peer-conns'] ?? 10);

const sinkPath = ['/usr/sbin/smtp-sink', '/usr/libexec/postfix/smtp-sink'].find(existsSync);
if (!sinkPath) { console.error('smtp-sink is not installed (package postfix): nothing to measure against.'); process.exit(2); }
must('dotnet', ['build', '-c', 'Release', '-v', 'q', '--nologo', '-p:RunAnalyzers=false', here]);
if (!existsSync(join(here, 'peer/node_modules/nodemailer'))) must('npm', ['ci', '--no-audit', '--no-fund'], join(here, 'peer'));

const port = await freePort();
const sinkArgs = [`127.0.0.1:${port}`, '1000'];
const sink = process.getuid() === 0
  ? spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', sinkPath, ...sinkArgs], { cwd: os.tmpdir(), stdio: 'ignore' })
  : spawn(sinkPath, sinkArgs, { stdio: 'ignore' });
await listening(port);

const dll = join(here, 'bin/Release/net10.0/Tideline.Bench.Mail.dll');
const rivals = {
  tideline: () => ['dotnet', [dll, `--port=${port}`, `--n=${n}`, `--conns=${conns}`]],
  'tideline tracked': () => ['dotnet', [dll, `--port=${port}`, `--n=${n}`, `--conns=${conns}`, '--tracked']],
  nodemailer: () => [process.execPath, [join(here, 'peer/nodemailer.mjs'), `--port=${port}`, `--n=${n}`, `--conns=${peerConns}`]],
};
const results = {};
try {
  for (let rep = 0; rep < reps; rep++) {
    for (const [who, command] of Object.entries(rivals)) {
      const sinkBefore = cpuSeconds(sink.pid);
      const run = spawnSync(...command(), { encoding: 'utf8', env: { ...process.env, DOTNET_TieredPGO: '1' } });
      if (run.status !== 0) throw new Error(`${who} failed: ${run.stdout}${run.stderr}`);
      // The sink also served the warm-up.
      const line = { ...JSON.parse(run.stdout), sink_cpu_us: +((cpuSeconds(sink.pid) - sinkBefore) / (n + 2000) * 1e6).toFixed(1), load1: +os.loadavg()[0].toFixed(1) };
      console.log(JSON.stringify(line));
      (results[who] ??= []).push(line);
    }
  }
} finally {
  sink.kill();
}

const median = (who, key) => results[who].map(r => r[key]).sort((a, b) => a - b)[Math.floor((results[who].length - 1) / 2)];
console.log(`\nmedian of ${reps}, ${n} messages each, ${os.cpus().length} cores, node ${process.version}`);
console.log('| sender | msg/s | client CPU µs/msg | sink CPU µs/msg | peak MB |\n|---|---|---|---|---|');
for (const who of Object.keys(rivals)) console.log(`| ${who} | ${median(who, 'per_s')} | ${median(who, 'client_cpu_us')} | ${median(who, 'sink_cpu_us')} | ${median(who, 'peak_mb')} |`);
const rate = median('tideline', 'per_s') / median('nodemailer', 'per_s'), cpu = median('tideline', 'client_cpu_us') / median('nodemailer', 'client_cpu_us');
console.log(`\ntideline / nodemailer: ${rate.toFixed(2)} × the messages, ${cpu.toFixed(3)} × the CPU of a message (goal: ≥ 3 ×, ≤ 0.15 ×)`);
process.exit(rate >= 3 ? 0 : 1);

function must(command, argv, cwd) {
  const run = spawnSync(command, argv, { cwd, stdio: ['ignore', 2, 2] });
  if (run.status !== 0) { console.error(`${command} ${argv.join(' ')} failed`); process.exit(2); }
}

function cpuSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (+fields[11] + +fields[12]) / 100;
  } catch { return NaN; }
}

function freePort() {
  return new Promise(resolve => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
}

function listening(port) {
  return new Promise((resolve, reject) => {
    const until = Date.now() + 5000;
    (function attempt() {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(); });
      socket.on('error', () => Date.now() < until ? setTimeout(attempt, 50) : reject(new Error('smtp-sink does not listen')));
    })();
  });
}

// From a fresh clone to "ready", from a stopped installation to "ready", what it takes when idle, and how long the checks take.
//   node bench/start/run.mjs [--quick] [--reps=3] [--no-test]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { args, bench, cpuSeconds, freePort, heading, machine, median, must, number, print, quick, residentMb, root, round, scratch, sleep, start, table } from '../lib/bench.mjs';

const reps = number('reps', 1, 3), idleSeconds = number('idle', 5, 30);

bench(async () => {
  const folder = scratch('start'), clone = join(folder, 'clone'), data = join(folder, 'data');
  must('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
  const lines = [];
  const note = line => { print({ bench: 'start', ...line, load1: machine().load1 }); lines.push(line); };

  // Nothing built, nothing installed, no data. What package managers keep in the home folder is there: a second clone, not a first machine.
  note({ what: 'cold: ./run in a fresh clone', ...await run(clone, data) });
  for (let rep = 1; rep <= reps; rep++) note({ what: 'warm: ./run again, data there', ...await run(clone, data) });
  for (let rep = 1; rep <= reps; rep++) note({ what: 'new data: ./run again, no data', ...await run(clone, `${data}-${rep}`) });
  if (!args['no-test'] && !quick) note(test(clone));

  const of = (what, key) => median(lines.filter(l => l.what === what).map(l => l[key]));
  heading(`Median of ${reps} (the cold start and the checks: once)`);
  table([['what', w => w], ['seconds', w => of(w, 'seconds')], ['idle MB: program', w => show(of(w, 'program_mb'))], ['idle MB: PostgreSQL', w => show(of(w, 'postgres_mb'))], ['idle CPU, % of a core', w => show(of(w, 'idle_cpu_percent'))]],
    [...new Set(lines.map(l => l.what))]);
  const checks = lines.find(l => l.said);
  if (checks) console.log(`\n./test --quick said: ${checks.said}`);
  return checks?.code ?? 0;
});

const show = value => Number.isFinite(value) ? value : '';

async function run(clone, data) {
  const began = performance.now();
  const server = start('./run', ['--data', data, '--urls', `http://127.0.0.1:${await freePort()}`], { cwd: clone, ready: /Tideline is ready/, seconds: 1800 });
  await server.ready;
  const seconds = round((performance.now() - began) / 1000);
  await sleep(idleSeconds * 1000); // the demo workspace is made in this time, and what starting left over is done
  const moved = join(data, 'postgres/moved-to');
  const postgres = join(existsSync(moved) ? readFileSync(moved, 'utf8').trim() : join(data, 'postgres'), 'cluster/postmaster.pid');
  const postmaster = +readFileSync(postgres, 'utf8').split('\n')[0];
  const before = cpuSeconds([server.pid, postmaster]);
  await sleep(idleSeconds * 1000);
  const line = {
    seconds, program_mb: residentMb(server.pid), postgres_mb: proportionalMb(postmaster), idle_cpu_percent: round((cpuSeconds([server.pid, postmaster]) - before) / idleSeconds * 100),
  };
  await server.stop();
  return line;
}

/** Memory of a server and its children with shared pages counted once. */
function proportionalMb(pid) {
  let kb = 0;
  for (const name of readdirSync('/proc').filter(n => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      if (+name !== pid && +stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] !== pid) continue;
      kb += +(readFileSync(`/proc/${name}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)?.[1] ?? 0);
    } catch { /* it has ended meanwhile */ }
  }
  return round(kb / 1024, 0);
}

function test(clone) {
  const began = performance.now();
  const run = spawnSync('./test', ['--quick'], { cwd: clone, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { what: 'checks: ./test --quick', seconds: round((performance.now() - began) / 1000), code: run.status, said: run.stdout.trim().split('\n').at(-1) };
}

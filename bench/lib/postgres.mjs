// A PostgreSQL for the peers: the program and the settings that ours runs with, a cluster of its own.
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { chownSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort, listening, must, scratch, sleep, start } from './bench.mjs';

/** @param ours The running server of the product, see tideline.mjs. */
export async function startPostgresLike(ours) {
  const folder = scratch('peers'), cluster = join(folder, 'cluster'), log = join(folder, 'log'), passwordFile = join(folder, 'password');
  const password = crypto.randomUUID();
  mkdirSync(cluster); mkdirSync(log);
  writeFileSync(passwordFile, password);
  for (const path of [folder, cluster, log, passwordFile]) give(path);
  chmodSync(cluster, 0o700);

  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const [init, ...initArguments] = as([join(ours.programs, 'initdb'), '-D', cluster, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
    ...(major(ours) >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C.UTF-8'])]);
  must(init, initArguments, { cwd: folder, env: environment });
  appendFileSync(join(cluster, 'postgresql.conf'), `\n${ours.settings.replace(/^log_directory = .*$/m, `log_directory = '${log}'`)}\n`);

  const port = await freePort();
  const [program, ...argv] = as([join(ours.programs, 'postgres'), '-D', cluster, '-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`, '-c', 'unix_socket_directories=']);
  const server = start(program, argv, { cwd: folder, env: environment, signal: 'SIGINT' }); // SIGINT: PostgreSQL's fast shutdown
  await Promise.race([listening(port), server.ended.then(code => { throw new Error(`postgres ended with ${code}: ${server.said()}`); })]);
  return { pid: server.pid, port, url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`, stop: server.stop };
}

/** Connects as soon as the server has recovered enough to let anybody in. */
export async function connected(pg, url) {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (e) {
      if (attempt > 100) throw e;
      await sleep(100);
    }
  }
}

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { user: +id('-u'), group: +id('-g') } : null;

function id(what) { return spawnSync('id', [what, 'nobody'], { encoding: 'utf8' }).stdout.trim(); }
function give(path) { if (nobody) chownSync(path, nobody.user, nobody.group); }
/** PostgreSQL refuses root. */
function as(command) { return nobody ? ['setpriv', `--reuid=${nobody.user}`, `--regid=${nobody.group}`, '--clear-groups', ...command] : command; }
function major(ours) { return +(spawnSync(join(ours.programs, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout.match(/\) (\d+)/)?.[1] ?? 18); }

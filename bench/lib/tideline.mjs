// Starts the product as a user gets it: all services in one process, its own PostgreSQL with its default settings.
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { args, freePort, must, root, scratch, sleep, start } from './bench.mjs';

const program = join(root, 'src/Host/bin/Release/net10.0/tideline.dll');
const postgresPackage = join(root, 'src/Platform.EmbeddedPostgres');

/** Builds what is measured; `--no-build` measures what is there. */
export function build() {
  if (!existsSync(join(postgresPackage, 'node_modules'))) must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: postgresPackage });
  if (args['no-build'] && existsSync(program)) return;
  must('dotnet', ['build', join(root, 'src/Host'), '-c', 'Release', '-v', 'q', '--nologo', '-p:RunAnalyzers=false']);
}

// All load comes from one address and one workspace here. The limits are counted as always, and never reached.
const limits = Object.fromEntries(['Address', 'Key', 'Tenant', 'Service'].flatMap(kind => ['PerSecond', 'Burst'].map(measure => [`Gateway:Limits:${kind}${measure}`, 10_000_000])));

/** A running product. `settings` are configuration keys such as `Services:notifications:Mode`; `target` is what the process hosts. */
export async function startTideline(settings = {}, target = 'all') {
  const data = scratch('tideline'), port = await freePort(), url = `http://127.0.0.1:${port}`;
  const environment = Object.fromEntries(Object.entries({ ...limits, ...settings }).map(([key, value]) => [key.replaceAll(':', '__'), String(value)]));
  const began = performance.now();
  const server = start('dotnet', [program, 'serve', '--target', target, '--data', data, '--urls', url], {
    ready: /Tideline is ready|listens on/, cwd: data, env: { ...process.env, ...environment },
  });
  await server.ready;
  return new Tideline(server, url, data, performance.now() - began);
}

class Tideline {
  constructor(server, url, data, startMs) {
    Object.assign(this, { server, url, data, startMs, pid: server.pid });
    this.postgres = postgresIn(data);
    this.pids = [this.pid, this.postgres.pid];
  }

  /** Opens a workspace; its owner's token is used from then on. */
  async register(name = 'bench') {
    this.account = { email: `${name}@example.com`, password: `${crypto.randomUUID()}` };
    await this.post('/api/identity/register', { ...this.account, name: 'Bench', tenantName: name });
    return this.signIn();
  }

  /** A fresh token: a run may take longer than one lives. */
  async signIn() {
    const session = await this.post('/api/identity/sign-in', this.account);
    this.token = session.accessToken;
    return session;
  }

  get = path => this.send('GET', path);
  post = (path, body) => this.send('POST', path, body);
  put = (path, body) => this.send('PUT', path, body);

  async send(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...(this.token ? { authorization: `Bearer ${this.token}` } : {}), ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 800)}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** A connection string to one of its databases as the server's superuser: benches look on, they change nothing there. */
  databaseUrl = name => `postgresql://postgres:${this.postgres.password}@127.0.0.1:${this.postgres.port}/tideline_${name}`;

  /** Waits until no event waits in an outbox or before a subscriber; gives the milliseconds that took and the longest queue seen. */
  async settled(pg, { seconds = 600, every = 50 } = {}) {
    const clients = {};
    const began = performance.now();
    try {
      for (const name of ['bus', 'leads', 'customers', 'assignment', 'campaigns', 'notifications']) {
        clients[name] = new pg.Client({ connectionString: this.databaseUrl(name) });
        await clients[name].connect();
      }
      let most = 0, quiet = 0, at = began;
      while (quiet < 4) {
        let waiting = 0;
        for (const [name, client] of Object.entries(clients)) {
          const sql = name === 'bus'
            ? 'select coalesce(sum(greatest(h.position - c.position, 0)), 0)::int as n from cursor c join head h using (partition)'
            : 'select count(*)::int as n from outbox';
          waiting += (await client.query(sql)).rows[0].n;
        }
        most = Math.max(most, waiting);
        // Between two services an event is nowhere for a moment: only several looks in a row mean rest.
        if (waiting === 0) quiet++;
        else { quiet = 0; at = performance.now(); }
        if (performance.now() - began > seconds * 1000) throw new Error(`${waiting} events still wait after ${seconds} s`);
        await sleep(every);
      }
      return { ms: Math.round(at - began), most };
    } finally {
      for (const client of Object.values(clients)) await client.end().catch(() => {});
    }
  }
}

/** The embedded server below a data folder. */
function postgresIn(data) {
  const moved = join(data, 'postgres/moved-to');
  const folder = existsSync(moved) ? readFileSync(moved, 'utf8').trim() : join(data, 'postgres');
  const lines = readFileSync(join(folder, 'cluster/postmaster.pid'), 'utf8').split('\n');
  const pid = +lines[0];
  return {
    pid, folder, port: +lines[3], password: readFileSync(join(folder, 'password'), 'utf8').trim(),
    programs: dirname(readlinkSync(`/proc/${pid}/exe`)), settings: readFileSync(join(folder, 'cluster/tideline.conf'), 'utf8'),
  };
}

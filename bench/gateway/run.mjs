// A request for a service in another process, through the gateway: token checked, counted, logged, passed on. Next to Express and nginx.
//   node bench/gateway/run.mjs [--quick] [--secs=8] [--reps=3] [--connections=64] [--only=tideline,express] [--nginx=PROGRAM] [--njs=MODULE] [--no-build]
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { args, bench, cpuSeconds, freePort, heading, installPeer, listening, machine, median, need, number, print, round, scratch, start, table, wrk } from '../lib/bench.mjs';
import { build, startTideline } from '../lib/tideline.mjs';

const peer = join(dirname(fileURLToPath(import.meta.url)), 'peer');
const seconds = number('secs', 2, 8), reps = number('reps', 1, 3), connections = number('connections', 64, 64), people = number('people', 50, 200);
const path = '/api/leads/leads/01HF3Z9K';
const body = JSON.stringify({ id: '01HF3Z9K', tenant: 't1', email: 'ada@example.com', first: 'Ada', last: 'Lovelace', status: 'new', score: 71, source: 'web', createdAt: '2026-01-01T00:00:00Z' });
const secret = randomBytes(32).toString('hex');
const nginx = args.nginx ?? [...process.env.PATH.split(':').map(f => join(f, 'nginx')), '/usr/sbin/nginx'].find(existsSync);
const njs = args.njs ?? ['/usr/lib/nginx/modules/ngx_http_js_module.so'].find(existsSync);

bench(async () => {
  need('wrk', 'wrk');
  installPeer(peer);
  build();
  if (!nginx) console.log('nginx is not installed (Debian: apt-get install nginx libnginx-mod-http-js): it is left out, and Node answers behind the gateways.');

  const upstream = await startUpstream();
  const all = [['direct', () => ({ name: 'direct', url: upstream.url, pids: [upstream.pid], tokens: [null] })], ['tideline', () => tideline(upstream, 'tideline', {})],
    ['tideline quiet', () => tideline(upstream, 'tideline, no access log', { 'Telemetry:AccessLog': false })],
    ['express', () => express(upstream, 1)], ['express ×2', () => express(upstream, 2)],
    ...(nginx ? [['nginx', () => proxy(upstream, false)]] : []), ...(nginx && njs ? [['nginx + njs', () => proxy(upstream, true)]] : [])];
  const rivals = [];
  for (const [name, begin] of all) if (!args.only || args.only.split(',').includes(name)) rivals.push(await begin());

  const lines = [];
  for (const rival of rivals) await refuses(rival);
  for (const rival of rivals) await measure(rival, Math.min(seconds, 3)); // warm: compiled, connected, tokens seen
  for (let rep = 1; rep <= reps; rep++)
    for (const rival of rivals) {
      const line = { bench: 'gateway', rival: rival.name, rep, ...await measure(rival, seconds), load1: machine().load1 };
      print(line);
      lines.push(line);
    }
  tell(lines, rivals);
});

async function startUpstream() {
  const port = await freePort(), url = `http://127.0.0.1:${port}`;
  if (!nginx) {
    const server = start(process.execPath, ['-e', `require('http').createServer((q, r) => { r.setHeader('content-type', 'application/json'); r.end(${JSON.stringify(body)}) }).listen(${port}, '127.0.0.1')`]);
    await listening(port);
    return { url, pid: server.pid };
  }
  return { url, pid: await runNginx(`worker_processes 1;`, `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${body}'; } }`, port) };
}

async function runNginx(head, http, port) {
  const folder = scratch('nginx'), file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  writeFileSync(file, `${head} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_rlimit_nofile 8192; events { worker_connections 4096; }
http { access_log off; keepalive_requests 10000000; ${temporary} ${http} }`);
  const server = start(nginx, ['-c', file, '-p', folder, '-e', `${folder}/start.log`]);
  await Promise.race([listening(port), server.ended.then(code => { throw new Error(`nginx ended with ${code}: ${server.said()}`); })]);
  return server.pid;
}

// The gateway and identity in one process, as identity's keys are what it checks tokens with; leads is what answers upstream.
async function tideline(upstream, name, settings) {
  const product = await startTideline({ 'Services:leads:Url': upstream.url, 'Services:identity:PasswordIterations': 1000, ...settings }, 'gateway,identity');
  await product.register();
  const tokens = [product.token];
  while (tokens.length < people) {
    await product.signIn();
    tokens.push(product.token);
  }
  return { name, url: product.url, pids: [product.pid], tokens };
}

async function express(upstream, processes) {
  const port = await freePort();
  const server = start(process.execPath, [join(peer, 'gateway.mjs'), port, upstream.url, processes], { cwd: peer, env: { ...process.env, SECRET: secret, NODE_ENV: 'production' } });
  await Promise.race([listening(port), server.ended.then(code => { throw new Error(`express ended with ${code}: ${server.said()}`); })]);
  return { name: `express${processes > 1 ? ` ×${processes}` : ''}`, url: `http://127.0.0.1:${port}`, pids: [server.pid], tokens: sharedSecretTokens() };
}

async function proxy(upstream, isChecking) {
  const port = await freePort();
  const pass = `proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_pass http://up;`;
  const pid = await runNginx(`${isChecking ? `load_module ${njs};` : ''} worker_processes 2;`, `upstream up { server ${new URL(upstream.url).host}; keepalive 64; keepalive_requests 10000000; }
    ${isChecking ? `js_path ${peer}; js_import gate from jwt.njs;` : ''}
    server { listen 127.0.0.1:${port} reuseport; ${isChecking ? `set $secret ${secret};` : ''}
      location / { ${isChecking ? 'auth_request /gate;' : ''} ${pass} }
      ${isChecking ? 'location = /gate { internal; js_content gate.check; }' : ''} }`, port);
  return { name: isChecking ? 'nginx + njs' : 'nginx', url: `http://127.0.0.1:${port}`, pids: [pid], tokens: isChecking ? sharedSecretTokens() : [null] };
}

function sharedSecretTokens() {
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  return Array.from({ length: people }, (_, i) => {
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: `user${i}`, tenant: 't1', role: 'agent', scope: 'leads:read leads:write', iss: 'bench', aud: 'api', exp: Math.floor(Date.now() / 1000) + 86_400 })}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  });
}

/** Whoever claims to check tokens must refuse a wrong one, or there is nothing to compare. */
async function refuses(rival) {
  const ask = async token => (await fetch(rival.url + path, { headers: token ? { authorization: `Bearer ${token}` } : {} })).status;
  const right = await ask(rival.tokens[0]);
  if (right !== 200) throw new Error(`${rival.name} answers ${right} to a good token`);
  if (!rival.tokens[0]) return;
  const wrong = await ask(rival.tokens[0].slice(0, -6) + 'AAAAAA');
  if (wrong !== 401) throw new Error(`${rival.name} answers ${wrong} to a forged token`);
}

async function measure(rival, length) {
  const script = rival.tokens[0]
    ? `local t = {${rival.tokens.map(token => `"Bearer ${token}"`).join(',')}}\nlocal i = 0\nrequest = function() i = i % #t + 1 wrk.headers["Authorization"] = t[i] return wrk.format("GET", "${path}") end\n`
    : `request = function() return wrk.format("GET", "${path}") end\n`;
  const before = cpuSeconds(rival.pids);
  const run = await wrk({ url: rival.url, script, connections, seconds: length });
  const cpu = cpuSeconds(rival.pids) - before;
  if (run.refused > 0 || run.errors > 0) throw new Error(`${rival.name}: ${run.refused} refused, ${run.errors} failed of ${run.n}`);
  return { per_s: round(run.perSecond, 0), p50_ms: round(run.p50, 2), p99_ms: round(run.p99, 2), cpu_us: round(cpu / run.n * 1e6, 1) };
}

function tell(lines, rivals) {
  const of = (name, key) => median(lines.filter(l => l.rival === name).map(l => l[key]));
  const ratio = (name, key) => rivals.some(r => r.name === 'tideline') && name !== 'tideline' ? `${round(of('tideline', key) / of(name, key), 2)} ×` : '';
  heading(`Median of ${reps} × ${seconds} s, ${connections} connections, ${people} tokens in turn, ${body.length} bytes from ${nginx ? 'nginx' : 'Node'} behind it`);
  table([
    ['gateway', r => r.name], ['requests/s', r => of(r.name, 'per_s')], ['p50 ms', r => of(r.name, 'p50_ms')], ['p99 ms', r => of(r.name, 'p99_ms')],
    ['CPU µs a request, the gateway alone', r => of(r.name, 'cpu_us')], ['tideline: rate', r => ratio(r.name, 'per_s')], ['tideline: CPU', r => ratio(r.name, 'cpu_us')],
  ], rivals);
}

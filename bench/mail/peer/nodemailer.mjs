// Nodemailer's pool with Handlebars, doing what Program.cs does. --port=N --n=20000 --conns=10 --warm=2000
import nodemailer from 'nodemailer';
import { data, html, subject, text } from './message.mjs';

const args = Object.fromEntries(process.argv.slice(2).map(a => a.replace(/^--/, '').split('=')));
const n = +(args.n ?? 20000), conns = +(args.conns ?? 10);
const transport = nodemailer.createTransport({
  host: '127.0.0.1', port: +(args.port ?? 2525), pool: true, maxConnections: conns, maxMessages: Infinity, secure: false, ignoreTLS: true,
});

async function run(count) {
  let next = 0, sent = 0;
  // Twice as many senders as connections keep the pool's queue from running dry.
  await Promise.all(Array.from({ length: conns * 2 }, async () => {
    while (next < count) {
      const i = next++;
      const d = data(i);
      try {
        await transport.sendMail({
          from: 'Acme <news@example.com>', to: `lead${i}@example.com`, subject: subject(d), html: html(d), text: text(d),
          headers: { 'List-Unsubscribe': `<https://t.example.com/u/${d.mid}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
        });
        sent++;
      } catch { /* counted as an error below */ }
    }
  }));
  return sent;
}

await run(+(args.warm ?? 2000));
const cpu = process.cpuUsage(), start = performance.now();
const sent = await run(n);
const seconds = (performance.now() - start) / 1000, used = process.cpuUsage(cpu);
console.log(JSON.stringify({
  who: 'nodemailer', conns, n, per_s: Math.round(sent / seconds), client_cpu_us: +((used.user + used.system) / n).toFixed(1), errors: n - sent,
  peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
}));
transport.close();
process.exit(sent === n ? 0 : 1);

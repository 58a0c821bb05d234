// node server.cjs PORT. POST /import with text/csv: streamed through csv-parse into multi-row inserts of 1,000, one transaction a batch.
const { randomUUID } = require('node:crypto');
const { parse } = require('csv-parse');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const app = require('fastify')({ bodyLimit: 300 * 1024 * 1024 });
app.addContentTypeParser('text/csv', (request, payload, done) => done(null, payload)); // the stream itself

const tenant = '01890a5d-ac96-774b-bcce-b302099a8057', stage = '01890a5d-ac96-774b-bcce-b302099a8058', batchSize = 1000;
const address = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
const columns = ['tenant_id', 'id', 'first_name', 'last_name', 'display_name', 'company', 'email', 'phone', 'phone_raw', 'country', 'source', 'stage_id', 'notes', 'import_id'];

app.post('/import', async request => {
  const importId = randomUUID(), counts = { rows: 0, written: 0, duplicates: 0, rejected: 0 };
  let batch = [];
  for await (const row of request.body.pipe(parse({ columns: true, skip_empty_lines: true, bom: true }))) {
    counts.rows++;
    const email = row.Email.trim().toLowerCase();
    if (!address.test(email)) { counts.rejected++; continue; }
    batch.push([tenant, randomUUID(), row['First Name'], row['Last Name'], `${row['First Name']} ${row['Last Name']}`, row.Company, email, number(row.Phone), row.Phone, 'DE', row.Source, stage, row.Notes, importId]);
    if (batch.length === batchSize) { await write(batch, counts); batch = []; }
  }
  if (batch.length > 0) await write(batch, counts);
  return counts;
});

const number = typed => typed.replace(/[^\d+]/g, '').replace(/^0/, '+49');

async function write(batch, counts) {
  // One statement cannot touch a row twice: of two rows of one person in a batch the later one stays.
  const people = [...new Map(batch.map(row => [row[6], row])).values()];
  const connection = await pool.connect();
  try {
    await connection.query('begin');
    const { rows } = await connection.query(
      `insert into lead (${columns}) values ${places(people.length, columns.length)}
       on conflict (tenant_id, email) do update set first_name = excluded.first_name, last_name = excluded.last_name, company = excluded.company, notes = excluded.notes, updated_at = now()
       returning id, email, phone, xmax = 0 as fresh`, people.flat());
    const identities = rows.filter(lead => lead.fresh).flatMap(lead => [[tenant, 'email', lead.email, lead.id], [tenant, 'phone', lead.phone, lead.id]]);
    if (identities.length > 0)
      await connection.query(`insert into lead_identity (tenant_id, kind, value, lead_id) values ${places(identities.length, 4)} on conflict do nothing`, identities.flat());
    await connection.query('commit');
    const fresh = rows.filter(lead => lead.fresh).length;
    counts.written += fresh;
    counts.duplicates += batch.length - fresh;
  } catch (e) {
    await connection.query('rollback');
    throw e;
  } finally {
    connection.release();
  }
}

const remembered = new Map();
function places(rows, width) {
  const key = `${rows} ${width}`;
  if (!remembered.has(key)) remembered.set(key, Array.from({ length: rows }, (_, r) => `(${Array.from({ length: width }, (_, c) => `$${r * width + c + 1}`).join(',')})`).join(','));
  return remembered.get(key);
}

app.listen({ port: +process.argv[2], host: '127.0.0.1' });

// Hand-tuned Node: fastify with compiled schemas, pg with prepared statements and a pool.
const { randomUUID } = require('node:crypto');
const { serve, tenant, stage, displayName } = require('./workers.cjs');

serve(port => {
  const { Pool } = require('pg');
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: +(process.env.POOL ?? 10) });
  const app = require('fastify')();

  const text = length => ({ type: 'string', maxLength: length });
  const body = {
    type: 'object', required: ['email'], additionalProperties: false,
    properties: {
      firstName: text(200), lastName: text(200), company: text(300), email: { ...text(320), format: 'email' }, phone: text(40),
      country: text(2), source: text(200), custom: { type: 'object', additionalProperties: { type: 'string' } },
    },
  };
  const columns = `id, first_name as "firstName", last_name as "lastName", display_name as "displayName", company, email, phone, country, source,
    stage_id as "stageId", stage_name as "stageName", status, owner_id as "ownerId", score, custom, created_at as "createdAt", updated_at as "updatedAt"`;
  const insert = `insert into lead (id, tenant_id, first_name, last_name, display_name, company, email, phone, country, source, stage_id, stage_name, custom)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning ${columns}`;

  app.post('/leads', { schema: { body } }, async (request, reply) => {
    const b = request.body;
    const values = [randomUUID(), tenant, b.firstName ?? null, b.lastName ?? null, displayName(b), b.company ?? null, b.email.toLowerCase(), b.phone ?? null,
      b.country ?? null, b.source ?? null, stage.id, stage.name, b.custom ?? {}];
    const connection = await pool.connect();
    try {
      await connection.query('begin');
      const { rows: [lead] } = await connection.query({ name: 'insert', text: insert, values });
      await connection.query({ name: 'outbox', text: 'insert into outbox (type, key, payload) values ($1, $2, $3)', values: ['lead.created', lead.id, lead] });
      await connection.query('commit');
      reply.code(201);
      return lead;
    } catch (e) {
      await connection.query('rollback');
      throw e;
    } finally {
      connection.release();
    }
  });

  app.get('/leads/:id', async (request, reply) => {
    const { rows } = await pool.query({ name: 'get', text: `select ${columns} from lead where id = $1 and tenant_id = $2`, values: [request.params.id, tenant] });
    if (rows.length > 0) return rows[0];
    reply.code(404);
    return { error: 'not found' };
  });

  app.get('/leads', async () => {
    const { rows } = await pool.query({ name: 'list', text: `select ${columns} from lead where tenant_id = $1 order by created_at desc, id desc limit 50`, values: [tenant] });
    return { data: rows };
  });

  app.listen({ port, host: '127.0.0.1' });
});

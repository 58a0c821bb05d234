// What most teams of this trade build with: NestJS (express adapter), class-validator, Prisma with the pg driver adapter.
// Decorators are called by hand, so that the peer needs no build.
const { serve, tenant, stage, displayName } = require('./workers.cjs');

serve(async port => {
  require('reflect-metadata');
  const nest = require('@nestjs/common');
  const { NestFactory } = require('@nestjs/core');
  const is = require('class-validator');
  const { PrismaClient } = require('./generated/client');
  const { PrismaPg } = require('@prisma/adapter-pg');

  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: +(process.env.POOL ?? 10) }) });

  class CreateLead {}
  const fields = { email: [is.IsEmail(), is.MaxLength(320)], custom: [is.IsOptional(), is.IsObject()] };
  for (const name of ['firstName', 'lastName', 'company', 'phone', 'country', 'source']) fields[name] = [is.IsOptional(), is.IsString(), is.MaxLength(300)];
  for (const [name, rules] of Object.entries(fields)) rules.forEach(rule => rule(CreateLead.prototype, name));

  class LeadsService {
    create(input) {
      const data = { ...input, tenantId: tenant, email: input.email.toLowerCase(), displayName: displayName(input), stageId: stage.id, stageName: stage.name };
      return prisma.$transaction(async transaction => {
        const lead = await transaction.lead.create({ data });
        await transaction.outbox.create({ data: { type: 'lead.created', key: lead.id, payload: lead } });
        return lead;
      });
    }
    get(id) { return prisma.lead.findUnique({ where: { id, tenantId: tenant } }); }
    list() { return prisma.lead.findMany({ where: { tenantId: tenant }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 50 }); }
  }
  nest.Injectable()(LeadsService);

  class LeadsController {
    constructor(leads) { this.leads = leads; }
    create(body) { return this.leads.create(body); }
    async get(id) {
      const lead = await this.leads.get(id);
      if (!lead) throw new nest.NotFoundException();
      return lead;
    }
    async list() { return { data: await this.leads.list() }; }
  }
  const of = name => [LeadsController.prototype, name, Object.getOwnPropertyDescriptor(LeadsController.prototype, name)];
  nest.Post('leads')(...of('create'));
  nest.Body(new nest.ValidationPipe({ expectedType: CreateLead, whitelist: true, transform: true }))(LeadsController.prototype, 'create', 0);
  nest.Get('leads/:id')(...of('get'));
  nest.Param('id')(LeadsController.prototype, 'get', 0);
  nest.Get('leads')(...of('list'));
  nest.Inject(LeadsService)(LeadsController, undefined, 0);
  nest.Controller()(LeadsController);

  class AppModule {}
  nest.Module({ controllers: [LeadsController], providers: [LeadsService] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  await app.listen(port, '127.0.0.1');
});

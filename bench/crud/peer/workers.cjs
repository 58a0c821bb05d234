// node PEER.cjs PORT PROCESSES: one process, or Node's cluster.
const cluster = require('node:cluster');

exports.serve = server => {
  const [, , port, processes] = process.argv;
  if (!cluster.isPrimary || +processes === 1) return server(+port);
  for (let i = 0; i < +processes; i++) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit(0);
  });
};

// Both peers serve one workspace and keep its leads on one stage.
exports.tenant = '01890a5d-ac96-774b-bcce-b302099a8057';
exports.stage = { id: '01890a5d-ac96-774b-bcce-b302099a8058', name: 'New' };
exports.displayName = lead => [lead.firstName, lead.lastName].filter(Boolean).join(' ') || lead.company || lead.email || lead.phone;

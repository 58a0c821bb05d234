// A gateway as they are written with Express: check the token, pass the request on over kept connections.
//   node gateway.mjs PORT UPSTREAM PROCESSES   (SECRET in the environment)
import cluster from 'node:cluster';
import http from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import jwt from 'jsonwebtoken';

const [, , port, upstream, processes] = process.argv;
if (cluster.isPrimary && +processes > 1) {
  for (let i = 0; i < +processes; i++) cluster.fork();
  process.on('SIGTERM', () => { for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL'); process.exit(0); });
} else {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => {
    try {
      const user = jwt.verify(request.headers.authorization.slice(7), process.env.SECRET, { algorithms: ['HS256'], issuer: 'bench', audience: 'api' });
      request.headers['x-user-id'] = user.sub;
      next();
    } catch { response.status(401).json({ error: 'unauthorized' }); }
  });
  app.use(createProxyMiddleware({ target: upstream, changeOrigin: true, agent: new http.Agent({ keepAlive: true, maxSockets: 64 }) }));
  app.listen(+port, '127.0.0.1');
}

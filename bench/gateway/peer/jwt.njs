// HS256 as ngx_http_js_module checks it: signature, expiry, issuer, audience.
import crypto from 'crypto';

function check(r) {
  const header = r.headersIn.authorization;
  if (!header) return r.return(401);
  const parts = header.slice(7).split('.');
  if (parts.length != 3) return r.return(401);
  if (crypto.createHmac('sha256', r.variables.secret).update(parts[0] + '.' + parts[1]).digest('base64url') != parts[2]) return r.return(401);
  const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString());
  r.return(claims.exp * 1000 < Date.now() || claims.iss != 'bench' || claims.aud != 'api' ? 401 : 204);
}

export default { check };

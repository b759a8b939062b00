// A real identity provider as a process of its own: node provider.mjs, configured by one JSON line on standard input; says
// "ready" when it listens. Anybody may log in there under any name with any password.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const [line] = await once(createInterface({ input: process.stdin }), 'line');
const { port, redirect, keys, people } = JSON.parse(line);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'mpos', client_secret: 'a secret: with/odd+signs', redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  jwks: { keys },
  cookies: { keys: ['only a test'] },
  pkce: { methods: ['S256'], required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));

// Signing in through an identity provider: against a real one, and against one that lies.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../lib/stack.mjs';
import { as, cafe, cashier, manager, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn } from './lib/client.mjs';

const secret = 'a secret: with/odd+signs';
const now = () => Math.floor(Date.now() / 1000);
const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const post = async (path, body, client) => (client ?? new Client((await world()).url)).post(path, body, { key: null });
let count = 0;

function newKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

/** Requests with the cookies of one browser, host by host; redirects are not followed. */
class Browser {
  constructor() {
    this.cookies = new Map();
  }

  async go(url, { method = 'GET', form } = {}) {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map();
    this.cookies.set(host, jar);
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    if (form) headers['content-type'] = 'application/x-www-form-urlencoded';
    const answer = await fetch(url, { method, headers, body: form && new URLSearchParams(form), redirect: 'manual' });
    // One line for all of them; a comma within one is followed by no name. (Node 18 has no getSetCookie.)
    for (const line of (answer.headers.get('set-cookie') ?? '').split(/, (?=[^;,=]+=)/)) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      if (pair.slice(at + 1)) jar.set(pair.slice(0, at), pair.slice(at + 1));
      else jar.delete(pair.slice(0, at));
    }
    const location = answer.headers.get('location');
    return { status: answer.status, text: await answer.text(), to: location && new URL(location, url).href };
  }

  /** Takes up the code that the browser was sent back with; Client's form of the answer. */
  async finish(code) {
    const { url } = await world();
    const jar = this.cookies.get(new URL(url).host) ?? new Map();
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Client(url).post('/v1/auth/oidc/finish', { code }, { key: null, headers: { cookie } });
  }

  /** From our start to the provider. */
  async start() {
    const { url } = await world();
    const answer = await this.go(`${url}/v1/auth/oidc/demo-cafe/start`);
    assert.equal(answer.status, 302, answer.text);
    return answer.to;
  }
}

/** Logs in at the real provider as that person, up to the address that leads back to us. */
async function login(browser, person) {
  const { url } = await world();
  let at = await browser.start();
  for (let steps = 0; steps < 12 && !at.startsWith(`${url}/v1/auth/oidc/callback`); steps += 1) {
    const interaction = at.includes('/interaction/');
    const page = await browser.go(at);
    const prompt = interaction && page.text.match(/name="prompt" value="(\w+)"/)[1];
    at = prompt ? (await browser.go(at, { method: 'POST', form: { prompt, login: person, password: 'any' } })).to : page.to;
    assert.ok(at, page.text);
  }
  return at;
}

/** The session at the end of a login, or the fragment that the office page gets instead. */
async function arrive(browser, callback) {
  const { to } = await browser.go(callback);
  const code = new URL(to).hash.match(/^#sso=(.+)/)?.[1];
  return code ? { code, answer: await browser.finish(code) } : { hash: new URL(to).hash };
}

async function office() {
  return signIn((await world()).url, { ...cafe, ...manager });
}

/** A person of that role whose e-mail is known here, without a password. */
async function person(role, email) {
  const client = await office();
  const roles = ok(await client.get('/v1/roles')).roles;
  const number = `7${process.pid % 1000}${count += 1}`;
  const { staff } = ok(await client.post('/v1/staff', { number, name: number, role_id: roles.find((one) => one.code === role).id }), 201);
  ok(await post(`/v1/staff/${staff.id}/password`, { email }, client));
  return staff.id;
}

const roleOf = async (id) => (await rows(`SELECT role FROM pos.staff WHERE staff_id = '${id}'`))[0].role;

suite('identity providers', () => {
  let child;
  let port;
  let setup;
  const people = {
    ann: { email: 'Ann@SSO.example', email_verified: true, groups: ['x', 'chefs', 'bosses'] },
    bob: { email: 'bob@sso.example', email_verified: true, groups: ['tills'] },
    eve: { email: 'ann@sso.example', email_verified: true, groups: ['bosses'] },
    mal: { email: 'cyd@sso.example', email_verified: false, groups: ['tills'] },
    zoe: { email: 'nobody@sso.example', email_verified: true, groups: ['tills'] },
    pat: { email: 'pat@sso.example', email_verified: true, groups: ['strangers'] },
  };

  async function startProvider(keys) {
    const { url } = await world();
    child?.kill();
    child = spawn(process.execPath, [fileURLToPath(new URL('lib/provider.mjs', import.meta.url))], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write(`${JSON.stringify({ port, redirect: `${url}/v1/auth/oidc/callback`, keys, people })}\n`);
    await once(child.stdout, 'data');
  }

  before(async () => {
    const { stack, url } = await world();
    port = await freePort();
    await stack.restartMposd({ MPOS_PUBLIC_URL: url, MPOS_SSO_PRIVATE: '1' });
    await startProvider([newKey('one')]);
    setup = { issuer: `http://127.0.0.1:${port}`, client_id: 'mpos', client_secret: secret, role_claim: 'groups',
      role_map: { bosses: 'manager', chefs: 'kitchen', tills: 'cashier' }, link_email: true, enabled: true };
    const shown = ok(await post('/v1/identity-provider', setup, await office()));
    assert.deepEqual([shown.has_secret, shown.client_secret], [true, undefined]);
  });
  after(() => child?.kill());

  test('somebody known by a verified e-mail signs in with the role that the provider says, and again by the link', async () => {
    const { url } = await world();
    const id = await person('cashier', 'ann@sso.example');
    for (let time = 0; time < 2; time += 1) {
      const browser = new Browser();
      const { answer } = await arrive(browser, await login(browser, 'ann'));
      const session = ok(answer);
      assert.deepEqual([session.method, session.staff.id, session.staff.role], ['sso', id, 'kitchen']);
      ok(await new Client(url, session).get('/v1/orders'));
      ok(await post('/v1/auth/refresh', { refresh_token: session.refresh_token }));
    }
    const [link] = await rows(`SELECT subject FROM pos.identity WHERE staff_id = '${id}'`);
    assert.equal(link.subject, 'ann');
    assert.equal(await roleOf(id), 'kitchen');
  });

  test('a link is not taken over by somebody else with the same e-mail, and who is not known stays outside', async () => {
    await person('cashier', 'cyd@sso.example');
    await person('cashier', 'pat@sso.example');
    for (const stranger of ['eve', 'mal', 'zoe', 'pat']) {
      const browser = new Browser();
      assert.deepEqual(await arrive(browser, await login(browser, stranger)), { hash: '#sso_error=refused' }, stranger);
    }
  });

  test('a new key of the provider is found', async () => {
    const id = await person('cashier', 'bob@sso.example');
    await startProvider([newKey('two')]);
    const browser = new Browser();
    assert.equal(ok((await arrive(browser, await login(browser, 'bob'))).answer).staff.id, id);
  });

  test('the one-time code works once, in its time, and only whole', async () => {
    const { stack } = await world();
    const browser = new Browser();
    const { code } = await arrive(browser, await login(browser, 'bob'));
    problem(await browser.finish(code), 403, 'sso_refused');
    const { to } = await browser.go(await login(browser, 'bob'));
    const late = new URL(to).hash.slice(5);
    problem(await new Browser().finish(late), 403, 'sso_refused');
    await stack.psql("UPDATE pos.sign_in_code SET expires_at = now() - interval '1 second'");
    for (const bad of [late, 'x', `${late}A`]) problem(await browser.finish(bad), 403, 'sso_refused');
  });

  test('an answer for another browser, with another state or without a login is refused', async () => {
    const browser = new Browser();
    const callback = await login(browser, 'bob');
    const refused = { hash: '#sso_error=refused' };
    assert.deepEqual(await arrive(new Browser(), callback), refused);
    const other = new Browser();
    await other.start();
    assert.deepEqual(await arrive(other, callback), refused);
    const changed = new URL(callback);
    changed.searchParams.set('state', changed.searchParams.get('state').replace(/^./, (c) => (c === 'A' ? 'B' : 'A')));
    const again = new Browser();
    const good = await login(again, 'bob');
    assert.deepEqual(await arrive(again, changed.href), refused);
    assert.deepEqual(await arrive(again, good), refused, 'the cookie is used up');
  });

  test('a person who was deactivated is refused', async () => {
    const client = await office();
    const [{ staff_id: id }] = await rows("SELECT staff_id FROM pos.identity WHERE subject = 'bob'");
    await (await world()).stack.psql(`BEGIN; SELECT mpos.assume('${client.session.tenant.id}'); UPDATE pos.staff SET active = false WHERE staff_id = '${id}'; COMMIT`);
    const browser = new Browser();
    assert.deepEqual(await arrive(browser, await login(browser, 'bob')), { hash: '#sso_error=refused' });
  });

  test('who may set the provider, and what it must be', async () => {
    const client = await office();
    problem(await post('/v1/identity-provider', setup, await as(cafe, cashier)), 403, 'forbidden');
    problem(await post('/v1/identity-provider', setup), 401, 'unauthenticated');
    const wrong = [[{ issuer: 'ftp://x.example' }, 'invalid_value', '/issuer'], [{ issuer: 'https://x.example?y' }, 'invalid_value', '/issuer'],
      [{ role_map: { a: 'nobody' } }, 'invalid_value', '/role_map'], [{ role_map: { a: 1 } }, 'wrong_type', '/role_map'], [{ enabled: 'yes' }, 'wrong_type', '/enabled'],
      [{ more: 1 }, 'unknown_field', '/more'], [{ client_id: undefined }, 'missing_field', '/client_id']];
    for (const [change, code, field] of wrong) problem(await post('/v1/identity-provider', { ...setup, ...change }, client), 400, code, field);
    const { client_secret: _, ...rest } = setup;
    assert.equal(ok(await post('/v1/identity-provider', { ...rest, enabled: false }, client)).has_secret, true);
    const off = await fetch(`${(await world()).url}/v1/auth/oidc/demo-cafe/start`, { redirect: 'manual' });
    const none = await fetch(`${(await world()).url}/v1/auth/oidc/nobody/start`, { redirect: 'manual' });
    assert.deepEqual([off.status, none.status], [404, 404]);
    ok(await post('/v1/identity-provider', { ...rest }, client));
  });

  test('the secret is in no table, journal or log', async () => {
    const { stack } = await world();
    const text = await stack.psql(`SELECT string_agg(x, '') FROM (SELECT p::text FROM pos.identity_provider p UNION ALL SELECT i::text FROM pos.idempotency i
      UNION ALL SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry WHERE packed IS NOT NULL) t (x)`);
    assert.ok(text.includes('identity.put'));
    for (const place of [text, stack.log()]) assert.ok(!place.includes(secret) && !place.includes(encodeURIComponent(secret)));
  });

  test('without the setting neither http nor the own network is asked', async () => {
    const { stack, url } = await world();
    await stack.restartMposd({ MPOS_SSO_PRIVATE: '0' });
    try {
      const { to } = await new Browser().go(`${url}/v1/auth/oidc/demo-cafe/start`);
      assert.equal(new URL(to).hash, '#sso_error=refused');
      problem(await post('/v1/identity-provider', setup, await office()), 400, 'invalid_value', '/issuer');
    } finally {
      await stack.restartMposd({ MPOS_SSO_PRIVATE: '1' });
    }
  });
});

suite('an identity provider that lies', () => {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (one, more) => ({ ...createPublicKey(one.privateKey).export({ format: 'jwk' }), use: 'sig', ...more });
  let issuer;
  let server;
  /** What the next exchange answers, made from the nonce that we were sent with. */
  let token;
  let document;

  const rs256 = (header, claims, by = key) => {
    const input = `${b64(header)}.${b64(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), by.privateKey).toString('base64url')}`;
  };
  const header = { alg: 'RS256', kid: 'k', typ: 'JWT' };
  const claims = (nonce, more = {}) => ({ iss: issuer, aud: 'mpos', sub: 'liar', iat: now(), exp: now() + 300, nonce,
    email: 'liar@sso.example', email_verified: true, ...more });

  async function outcome(make) {
    const browser = new Browser();
    const { url } = await world();
    const to = new URL(await browser.start());
    token = make(to.searchParams.get('nonce'));
    const { hash, answer } = await arrive(browser, `${url}/v1/auth/oidc/callback?code=c&state=${to.searchParams.get('state')}`);
    return hash ?? answer.status;
  }

  before(async () => {
    const { stack, url } = await world();
    await stack.restartMposd({ MPOS_PUBLIC_URL: url, MPOS_SSO_PRIVATE: '1' });
    server = createServer((request, answer) => {
      const body = request.url.startsWith('/.well-known') ? document
        : request.url === '/keys' ? { keys: [jwk(key, { kid: 'k' }), jwk(ec, { kid: 'e', alg: 'ES256' }), jwk(other, { kid: 'enc', use: 'enc' })] }
          : { id_token: token, access_token: 'a', token_type: 'Bearer' };
      answer.setHeader('content-type', 'application/json');
      answer.end(typeof body === 'string' ? body : JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${server.address().port}`;
    document = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
    await person('cashier', 'liar@sso.example');
    ok(await post('/v1/identity-provider', { issuer, client_id: 'mpos', client_secret: 's', role_claim: '', role_map: {}, link_email: true, enabled: true }, await office()));
  });
  after(() => server.close());

  test('is believed when it tells the truth, in either algorithm', async () => {
    assert.equal(await outcome((nonce) => rs256(header, claims(nonce))), 200);
    assert.equal(await outcome((nonce) => rs256(header, claims(nonce, { aud: ['mpos', 'other'], azp: 'mpos' }))), 200);
    assert.equal(await outcome((nonce) => {
      const input = `${b64({ alg: 'ES256', kid: 'e' })}.${b64(claims(nonce))}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    }), 200);
  });

  test('is not believed otherwise', async () => {
    const pem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' });
    const lies = {
      'another nonce': () => rs256(header, claims('x'.repeat(43))),
      'no nonce': () => rs256(header, claims(undefined)),
      'another audience': (nonce) => rs256(header, claims(nonce, { aud: 'other' })),
      'several audiences without a party': (nonce) => rs256(header, claims(nonce, { aud: ['mpos', 'other'] })),
      'another party': (nonce) => rs256(header, claims(nonce, { azp: 'other' })),
      'another issuer': (nonce) => rs256(header, claims(nonce, { iss: 'https://other.example' })),
      expired: (nonce) => rs256(header, claims(nonce, { exp: now() - 61 })),
      'from the future': (nonce) => rs256(header, claims(nonce, { iat: now() + 120 })),
      'no subject': (nonce) => rs256(header, claims(nonce, { sub: '' })),
      unsigned: (nonce) => `${b64({ alg: 'none', kid: 'k' })}.${b64(claims(nonce))}.`,
      'signature left out': (nonce) => rs256(header, claims(nonce)).replace(/[^.]*$/, ''),
      'signed by another key': (nonce) => rs256(header, claims(nonce), other),
      'signed by a key that is for encryption': (nonce) => rs256({ ...header, kid: 'enc' }, claims(nonce), other),
      'an unknown key': (nonce) => rs256({ ...header, kid: 'unknown' }, claims(nonce), other),
      'no key named': (nonce) => rs256({ alg: 'RS256' }, claims(nonce)),
      'the algorithm of another key': (nonce) => rs256({ ...header, kid: 'e' }, claims(nonce)),
      'the public key as a password': (nonce) => {
        const input = `${b64({ ...header, alg: 'HS256' })}.${b64(claims(nonce))}`;
        return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
      },
      'a name twice': (nonce) => rs256(header, `${JSON.stringify(claims(nonce)).slice(0, -1)},"sub":"boss"}`),
      'no token': () => undefined,
      'no token at all': () => 'x',
    };
    for (const [what, make] of Object.entries(lies)) assert.equal(await outcome(make), '#sso_error=refused', what);
  });

  test('may not call itself another, nor send browsers or us anywhere', async () => {
    const good = document;
    const { stack, url } = await world();
    const bad = [{ ...good, issuer: `${issuer}/` }, { ...good, authorization_endpoint: 'javascript:alert(1)' }, { ...good, token_endpoint: 'file:///etc/passwd' },
      { ...good, jwks_uri: undefined }, 'no JSON', '"' + 'x'.repeat(300000) + '"'];
    for (document of bad) {
      await stack.restartMposd(); // forgets what it knew
      const { to } = await new Browser().go(`${url}/v1/auth/oidc/demo-cafe/start`);
      assert.equal(new URL(to).hash, '#sso_error=refused', JSON.stringify(document).slice(0, 200));
    }
    document = good;
  });

  test('one that hangs holds up nobody else, and one that is down is not asked by everybody', async () => {
    const { stack, url } = await world();
    await stack.restartMposd(); // forgets that the café's could not be used
    const boss = await signIn(url, { ...shop, ...manager });
    const held = [];
    let asked = 0;
    let works = false;
    const slow = createServer((request, answer) => {
      asked += 1;
      if (works) answer.end(JSON.stringify({ ...document, issuer: slowIssuer }));
      else held.push(answer);
    }).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const slowIssuer = `http://127.0.0.1:${slow.address().port}`;
    const start = (tenant) => new Browser().go(`${url}/v1/auth/oidc/${tenant}/start`);
    const refused = ({ to }) => new URL(to).hash === '#sso_error=refused';
    try {
      ok(await post('/v1/identity-provider', { issuer: slowIssuer, client_id: 'mpos', client_secret: 's', role_claim: '', role_map: {}, link_email: true, enabled: true }, boss));
      // Two ask, sixteen wait, the others are told at once; the other threads and places are for the café.
      let done;
      const full = new Promise((resolve) => { done = resolve; });
      let turned = 0;
      const logins = Array.from({ length: 24 }, () => start('demo-shop').then((answer) => {
        turned += answer.status === 503 ? 1 : 0;
        if (turned === 6) done();
        return answer;
      }));
      await full;
      assert.match((await start('demo-cafe')).to, new RegExp(`^${issuer}/auth`));
      assert.equal(asked, 2);
      for (const answer of held) answer.writeHead(500).end();
      const answers = await Promise.all(logins);
      assert.equal(answers.filter((one) => one.status === 302 && refused(one)).length, 18);
      assert.ok(refused(await start('demo-shop')));
      assert.equal(asked, 2, 'who waited and who came later did not ask again');
      works = true;
      await stack.restartMposd(); // fifteen seconds later
      assert.match((await start('demo-shop')).to, new RegExp(`^${issuer}/auth`));
    } finally {
      slow.close();
      slow.closeAllConnections();
    }
  });
});

// Tokens that somebody made: forged, confused, doubled, late, early, huge, for somebody else.
import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { as, cafe, cashier, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn } from './lib/client.mjs';

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

/** The server's own key, and a genuine token taken apart. */
async function own() {
  const { stack } = await world();
  const pem = readFileSync(`${stack.runDir}/secrets/token-key.pem`, 'utf8');
  const { token } = (await as(cafe, cashier)).session;
  const [header, claims] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  return { key: createPrivateKey(pem), publicPem: createPublicKey(pem).export({ type: 'spki', format: 'pem' }), header, claims, token };
}

const es256 = (key, input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

/** A token with these parts, signed as ES256 with that key. Parts may be JSON text, so that names can stand twice. */
function make(key, header, claims) {
  const input = `${b64(header)}.${b64(claims)}`;
  return `${input}.${es256(key, input)}`;
}

const ask = async (token) => new Client((await world()).url, { token }).get('/v1/orders');

suite('tokens', () => {
  test('one made by the rules is good, so that the others fail for their own reason', async () => {
    const { key, header, claims } = await own();
    ok(await ask(make(key, header, claims)));
    ok(await ask(make(key, { alg: 'ES256', kid: header.kid }, { ...claims, exp: now() - 30, iat: now() + 30, nbf: now() + 30 })));
  });

  test('without a signature', async () => {
    const { header, claims, token } = await own();
    const [, body, signature] = token.split('.');
    for (const alg of ['none', 'None', 'NONE', '', undefined, null]) {
      for (const tail of ['', signature]) problem(await ask(`${b64({ ...header, alg })}.${body}.${tail}`), 401, 'unauthenticated');
    }
    problem(await ask(`${b64({ alg: 'none' })}.${b64(claims)}.`), 401, 'unauthenticated');
    problem(await ask(`${token.split('.').slice(0, 2).join('.')}.`), 401, 'unauthenticated');
  });

  test('signed with the public key as if it were a password', async () => {
    const { publicPem, header, claims } = await own();
    for (const [alg, hash] of [['HS256', 'sha256'], ['HS384', 'sha384'], ['HS512', 'sha512']]) {
      for (const secret of [publicPem, publicPem.trim(), '', header.kid]) {
        const input = `${b64({ ...header, alg })}.${b64(claims)}`;
        problem(await ask(`${input}.${createHmac(hash, secret).update(input).digest('base64url')}`), 401, 'unauthenticated');
      }
    }
  });

  test('signed by another key, under our name or its own', async () => {
    const { header, claims } = await own();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    problem(await ask(make(other.privateKey, header, claims)), 401, 'unauthenticated');
    problem(await ask(make(other.privateKey, { ...header, jwk: other.publicKey.export({ format: 'jwk' }) }, claims)), 401, 'unauthenticated');
    const input = `${b64({ ...header, alg: 'RS256' })}.${b64(claims)}`;
    problem(await ask(`${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`), 401, 'unauthenticated');
    for (const kid of [undefined, '', 'other', 7, null, '../../dev/null', `${header.kid} `, 'k'.repeat(4000)]) {
      const { key } = await own();
      problem(await ask(make(key, { ...header, kid }, claims)), 401, 'unauthenticated');
    }
  });

  test('for another audience, from another issuer, or without a claim', async () => {
    const { key, header, claims } = await own();
    for (const change of [{ aud: 'mpos' }, { aud: ['mpos-api'] }, { aud: 'mpos-api ' }, { iss: 'mpos2' }, { iss: ['mpos'] }]) {
      problem(await ask(make(key, header, { ...claims, ...change })), 401, 'unauthenticated');
    }
    for (const name of ['iss', 'aud', 'sub', 'tid', 'oid', 'did', 'sid', 'rv', 'iat', 'nbf', 'exp']) {
      const { [name]: _, ...rest } = claims;
      problem(await ask(make(key, header, rest)), 401, 'unauthenticated');
      problem(await ask(make(key, header, { ...claims, [name]: null })), 401, 'unauthenticated');
    }
  });

  test('too late, too early, from the future', async () => {
    const { key, header, claims } = await own();
    const late = [{ exp: now() - 61 }, { nbf: now() + 120 }, { iat: now() + 120 }, { exp: 0 }, { exp: -1 }, { exp: String(now() + 900) }, { exp: 1e300 }];
    for (const change of late) problem(await ask(make(key, header, { ...claims, ...change })), 401, 'unauthenticated');
  });

  test('with names that stand twice', async () => {
    const { key, header, claims } = await own();
    const twice = (object, name, value) => `${JSON.stringify(object).slice(0, -1)},"${name}":${JSON.stringify(value)}}`;
    for (const [name, value] of [['exp', claims.exp], ['exp', now() + 9000], ['scope', 'pii.read'], ['aud', 'mpos-api'], ['sub', randomUUID()]]) {
      problem(await ask(make(key, header, twice(claims, name, value))), 401, 'unauthenticated');
    }
    for (const [name, value] of [['alg', 'ES256'], ['alg', 'none'], ['kid', header.kid]]) {
      problem(await ask(make(key, twice(header, name, value), claims)), 401, 'unauthenticated');
    }
  });

  test('huge, or hardly a token at all', async () => {
    const { key, header, claims, token } = await own();
    problem(await ask(make(key, header, { ...claims, x: 'y'.repeat(8192) })), 401, 'unauthenticated');
    ok(await ask(make(key, header, { ...claims, x: 'y'.repeat(4000) })));
    for (const extra of [{ crit: ['x'] }, { typ: 'at+jwt' }, { typ: 7 }]) problem(await ask(make(key, { ...header, ...extra }, claims)), 401, 'unauthenticated');
    const [head, body, signature] = token.split('.');
    const spoilt = [`${token}.`, `.${token}`, `${head}..${signature}`, `${head}.${body}`, `${token}=`, `${head}=.${body}.${signature}`, '..', '.', 'a.b.c',
      `${head}.${body}.${signature}.${signature}`, `${b64('[]')}.${body}.${signature}`, `${b64('"x"')}.${b64('null')}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}`, `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`, `${head}.${body}.${Buffer.alloc(96).toString('base64url')}`];
    for (const text of spoilt) problem(await ask(text), 401, 'unauthenticated');
  });

  test('every bit of the signature counts', async () => {
    const { token } = await own();
    const at = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(at), 'base64url');
    for (let bit = 0; bit < signature.length * 8; bit += 7) {
      const changed = Buffer.from(signature);
      changed[bit >> 3] ^= 1 << (bit & 7);
      problem(await ask(token.slice(0, at) + changed.toString('base64url')), 401, 'unauthenticated');
    }
  });

  test('claims of rights do not exceed the session', async () => {
    const { key, header, claims } = await own();
    // Somebody with the key could write any scope: the session row in the database does not know it.
    problem(await ask(make(key, header, { ...claims, rv: claims.rv + 1 })), 401, 'session_ended');
    problem(await ask(make(key, header, { ...claims, sid: randomUUID() })), 401, 'session_ended');
    problem(await ask(make(key, header, { ...claims, tid: randomUUID() })), 401, 'session_ended');
  });

  test('a new key signs, the old one still verifies, and one that is gone does not', async () => {
    const { stack, url } = await world();
    const file = `${stack.runDir}/secrets/token-key.pem`;
    const before = readFileSync(file, 'utf8');
    const client = await signIn(url, { ...cafe, ...cashier });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const fresh = privateKey.export({ type: 'pkcs8', format: 'pem' });
    try {
      writeFileSync(file, fresh + createPublicKey(before).export({ type: 'spki', format: 'pem' }));
      await stack.restartMposd();
      ok(await client.get('/v1/orders'));
      const newer = await signIn(url, { ...cafe, ...cashier });
      const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
      assert.notEqual(kid(newer.token), kid(client.token));
      ok(await newer.get('/v1/orders'));
      writeFileSync(file, fresh);
      await stack.restartMposd();
      ok(await newer.get('/v1/orders'));
      problem(await client.get('/v1/orders'), 401, 'unauthenticated');
      const refreshed = ok(await client.post('/v1/auth/refresh', { refresh_token: client.session.refresh_token }, { key: null }));
      ok(await new Client(url, refreshed).get('/v1/orders'));
    } finally {
      writeFileSync(file, before);
      await stack.restartMposd();
    }
  });
});

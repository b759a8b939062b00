// TLS: which versions and ciphers, and certificates that are changed while connections live.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { suite, world } from './lib/context.mjs';

let folder;

/** Makes NAME.pem and NAME.key; days below zero make one that has expired. */
function certificate(name, days = 10) {
  const dates = days < 0 ? ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'] : ['-days', String(days)];
  const file = (end) => join(folder, `${name}.${end}`);
  execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key'),
    '-out', file('csr'), '-subj', `/CN=${name}`], { stdio: 'pipe' });
  execFileSync('openssl', days < 0
    ? ['ca', '-batch', '-selfsign', '-config', config(), '-keyfile', file('key'), '-in', file('csr'), '-out', file('pem'), '-startdate', dates[1], '-enddate', dates[3], '-notext']
    : ['x509', '-req', '-in', file('csr'), '-signkey', file('key'), '-out', file('pem'), ...dates], { stdio: 'pipe' });
  chmodSync(file('key'), 0o644);
}

/** The least that `openssl ca` wants to know; only it takes both dates. */
function config() {
  const path = join(folder, 'ca.cnf');
  writeFileSync(join(folder, 'index'), '');
  writeFileSync(path, `[ca]\ndefault_ca=x\n[x]\ndatabase=${folder}/index\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`);
  return path;
}

function connect(port, options = {}) {
  return new Promise((done, fail) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => done(socket));
    socket.on('error', fail);
  });
}

async function nameAt(port) {
  const socket = await connect(port);
  const name = new X509Certificate(socket.getPeerCertificate().raw).subject;
  socket.destroy();
  return name.replace('CN=', '');
}

/** Asks again until it is so; the test's own time limit ends it otherwise. */
async function until(look) {
  while (!await look()) await new Promise((done) => { setImmediate(done); });
}

/** Puts a certificate in the place of the server's, the key first, as a careful operator does. */
function replace(name) {
  for (const end of ['key', 'pem']) {
    copyFileSync(join(folder, `${name}.${end}`), join(folder, 'new'));
    renameSync(join(folder, 'new'), join(folder, `server.${end}`));
  }
}

async function ask(socket) {
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  const [bytes] = await once(socket, 'data');
  return bytes.toString();
}

suite('tls', () => {
  let server;

  before(async () => {
    const { stack } = await world();
    folder = mkdtempSync(join(tmpdir(), 'mpos-tls-'));
    chmodSync(folder, 0o755);
    for (const name of ['first', 'second', 'third']) certificate(name);
    certificate('old', -1);
    replace('first');
    server = await stack.another({ MPOS_HTTPS_PORT: 'free', MPOS_TLS_CERT: join(folder, 'server.pem'), MPOS_TLS_KEY: join(folder, 'server.key') });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test('TLS 1.2 and 1.3 with forward secrecy and authenticated encryption; nothing older', { timeout: 60000 }, async () => {
    for (const [version, ciphers] of [['TLSv1.3', undefined], ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'], ['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305']]) {
      const socket = await connect(server.tlsPort, { minVersion: version, maxVersion: version, ciphers });
      assert.equal(socket.getProtocol(), version);
      socket.destroy();
    }
    for (const version of ['TLSv1', 'TLSv1.1']) {
      await assert.rejects(connect(server.tlsPort, { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }), version);
    }
    for (const ciphers of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256', 'NULL', 'DHE-RSA-AES128-GCM-SHA256']) {
      await assert.rejects(connect(server.tlsPort, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }), ciphers);
    }
  });

  test('over HTTPS browsers are told to stay there', { timeout: 60000 }, async () => {
    const socket = await connect(server.tlsPort);
    assert.match(await ask(socket), /strict-transport-security: max-age=31536000/);
    socket.destroy();
  });

  test('a new certificate comes with SIGHUP; connections go on', { timeout: 60000 }, async () => {
    const kept = await connect(server.tlsPort);
    await ask(kept);
    replace('second');
    server.program.child.kill('SIGHUP');
    await until(async () => await nameAt(server.tlsPort) === 'second');
    assert.match(await ask(kept), /^HTTP\/1\.1 200/);
    kept.destroy();
    assert.match(server.log(), /certificates reloaded/);
  });

  test('a connection that says nothing yet keeps the certificate it was accepted with', { timeout: 60000 }, async () => {
    const silent = net.connect(server.tlsPort, '127.0.0.1');
    await once(silent, 'connect');
    for (const name of ['first', 'second', 'first', 'second']) {
      replace(name);
      server.program.child.kill('SIGHUP');
      await until(async () => await nameAt(server.tlsPort) === name);
    }
    const socket = tls.connect({ socket: silent, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    assert.match(await ask(socket), /^HTTP\/1\.1 200/);
    socket.destroy();
  });

  test('a new certificate is noticed without being told', { timeout: 60000 }, async () => {
    replace('third');
    await until(async () => await nameAt(server.tlsPort) === 'third');
  });

  test('one that does not serve changes nothing, and the log says why', { timeout: 60000 }, async () => {
    const refusals = () => server.log().split('certificates not reloaded').length - 1;
    const spoil = [
      [() => copyFileSync(join(folder, 'first.key'), join(folder, 'server.key')), /key values mismatch/],
      [() => writeFileSync(join(folder, 'server.pem'), 'nothing'), /do not serve/],
      [() => rmSync(join(folder, 'server.pem')), /do not serve/],
      [() => replace('old'), /new certificate has expired/],
    ];
    for (const [action, reason] of spoil) {
      const before = refusals();
      action();
      server.program.child.kill('SIGHUP');
      await until(() => refusals() > before);
      assert.match(server.log().trim().split('\n').at(-1), reason);
      assert.equal(await nameAt(server.tlsPort), 'third');
    }
    replace('first');
    server.program.child.kill('SIGHUP');
    await until(async () => await nameAt(server.tlsPort) === 'first');
  });

  test('no start with a key that does not fit', { timeout: 60000 }, async () => {
    const { stack } = await world();
    const refused = await stack.another({ MPOS_HTTPS_PORT: 'free', MPOS_TLS_CERT: join(folder, 'first.pem'), MPOS_TLS_KEY: join(folder, 'second.key') }, { fails: true });
    assert.equal(refused.status, 1);
    assert.match(refused.log(), /MPOS_TLS_CERT and MPOS_TLS_KEY do not serve/);
  });
});

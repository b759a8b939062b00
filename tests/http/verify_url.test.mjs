// mpos verify --url against the running server: what everybody may read makes the tree that was signed, and with a right
// the payloads are those of the headers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noteKey } from '../vectors/tlog.mjs';
import { as, cafe, manager, suite, world } from './lib/context.mjs';

const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));

async function verify(...args) {
  const { stack, url } = await world();
  const session = (await as(cafe, manager)).session;
  const vkey = await stack.signerTool('vkey', 'mpos/demo-cafe/main/0');
  const all = ['verify', '--url', url, '--journal', session.journal_id, '--vkey', vkey, ...args];
  return new Promise((done) => {
    execFile(mpos, all, (error, stdout, stderr) => done({ status: error?.code ?? 0, out: stdout, err: stderr, token: session.token }));
  });
}

suite('verifying by address', () => {
  test('an intact journal is clean, with and without payloads', async () => {
    const { status, out, err, token } = await verify();
    assert.equal(status, 0, out + err);
    assert.match(out, /^journal .* mpos\/demo-cafe\/main\n.*, 1 checkpoints\n[^]*intact\n/m);
    const read = await verify('--token', token);
    assert.equal(read.status, 0, read.out + read.err);
    assert.match(read.out, /^clean: 1 journals/m);
  });

  test('a witness that has not cosigned is a finding', async () => {
    const { status, out } = await verify('--witness', noteKey('witness.example', 5, 4).vkey);
    assert.equal(status, 1);
    assert.match(out, /^finding note .*witness\.example has not cosigned/m);
  });

  test('a journal that is not there cannot be read', async () => {
    assert.equal((await verify('--journal', '00000000-0000-7000-8000-000000000000')).status, 3);
  });

  test('a token that is none is told', async () => {
    const { status, err } = await verify('--token', 'x');
    assert.equal(status, 3);
    assert.match(err, /HTTP status 401/);
  });
});

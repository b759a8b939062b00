// Yesterday's dump in a new cluster: sales go on at once in the next epoch, and what is missing is named.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { renameSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { startStack } from '../lib/stack.mjs';
import { Business, closeConnections } from './lib/business.mjs';

const run = promisify(execFile);

let stack;
let business;

describe('a restored dump', { timeout: 300000 }, () => {
  before(async () => {
    stack = await startStack({ tenants: ['cafe'], signer: true });
    business = await new Business(stack).open();
  });
  after(async () => {
    closeConnections();
    await stack.stop();
  });

  const systemId = () => stack.psql('SELECT system_identifier FROM pg_control_system()');

  test('is put into a new cluster, but never over a database', async () => {
    const before = await systemId();
    const archive = `${stack.folder}/yesterday.dump`;
    await business.keep();
    await run('pg_dump', ['-Fc', '-f', archive, 'mpos'], { env: stack.psqlEnv });
    await business.lose();
    await stack.stopMposd();
    await assert.rejects(stack.cluster('restore', archive), /there is a database already/);
    await stack.cluster('stop');
    renameSync(stack.pgData, `${stack.pgData}.lost`);
    await stack.cluster('restore', archive);
    assert.notEqual(await systemId(), before);
    await stack.startMposd();
  });

  test('sales go on in the next epoch, receipts and cursors of before are good, the lost range is named', async () => {
    await business.assertGoesOn('restore');
  });
});

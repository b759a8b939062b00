// Witnesses: asked for the newest checkpoint of each log, believed only with a good signature, never waited for.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { startStack } from '../lib/stack.mjs';
import { Witness } from '../lib/witness.mjs';
import { closeConnections, ok, signIn, uuid7 } from '../http/lib/client.mjs';
import * as log from '../lib/public_log.mjs';

let stack;
let client;
let item;
let journal;
let origin;
let honest;
let away; // nobody listens there

async function until(ask) {
  for (const end = Date.now() + 20000; ;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain: ${ask}\n${stack.signerLog().slice(-3000)}`);
    // Between two looks only; nothing depends on its length.
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function json(sql) {
  return JSON.parse(await stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
}

async function sellSigned() {
  const sale = { id: uuid7(), lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
  const [{ seq }] = ok(await client.post('/v1/orders', sale), 201).journal;
  await stack.psql(`SELECT mpos.checkpoint_ask('${journal}')`);
  return until(async () => {
    const [{ size }] = await json(`SELECT max(size) AS size FROM journal.checkpoint WHERE journal_id = '${journal}'`);
    return size > seq && size;
  });
}

const cosigned = (witness, size) => until(async () =>
  (await json(`SELECT line FROM journal.cosignature WHERE journal_id = '${journal}' AND size >= ${size} AND key_name = '${witness.name}'`))[0]);

describe('witnesses', { timeout: 120000 }, () => {
  before(async () => {
    honest = await new Witness('witness.example/honest').start();
    away = await new Witness('witness.example/away').start();
    await away.stop();
    stack = await startStack({ tenants: ['cafe'] });
    const file = `${stack.folder}/witnesses`;
    writeFileSync(file, `# of the test\n\n${away.vkey} ${away.url}\n${honest.vkey} ${honest.url}/\n`);
    chmodSync(file, 0o644);
    await stack.startSigner({ witnesses: file });
    client = await signIn(stack.url, { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' });
    item = (await readCatalogue(client)).items.find((one) => !one.combo.length && one.group_ids.length === 0);
    journal = client.session.journal_id;
    [{ origin }] = await json(`SELECT origin || '/' || epoch AS origin FROM journal.journal WHERE journal_id = '${journal}'`);
  });
  after(async () => {
    closeConnections();
    await stack.stop();
    await honest.stop();
  });

  test('one that does not know the log is named in the log file, and signing goes on', async () => {
    await sellSigned();
    await until(() => stack.signerLog().includes('witness does not cosign'));
    await until(() => honest.answers.includes(404));
    await sellSigned();
  });

  test('its line stands under the public checkpoint, with a good signature', async () => {
    honest.know(origin, await stack.signerTool('vkey', origin));
    const size = await sellSigned();
    await cosigned(honest, size);
    const answer = await until(async () => {
      const note = log.parseNote(Buffer.from(await (await fetch(`${stack.url}/v1/journals/${journal}/checkpoint`)).arrayBuffer()));
      return log.signedBy(note, honest.vkey) && note;
    });
    assert.ok(log.signedBy(answer, await stack.signerTool('vkey', origin)));
  });

  test('it demands and gets a proof from what it remembers, also when we have forgotten what that was', async () => {
    const size = await sellSigned();
    await cosigned(honest, size);
    await stack.psql(`DELETE FROM journal.cosignature`);
    await cosigned(honest, await sellSigned());
    assert.ok(honest.answers.includes(409));
    assert.ok(!honest.answers.includes(422) && !honest.answers.includes(400));
  });

  test('a wrong signature is not kept', async () => {
    honest.spoil = true;
    const size = await sellSigned();
    const asked = honest.answers.length;
    await until(() => honest.answers.length > asked);
    await until(() => stack.signerLog().includes('no good signature'));
    assert.equal((await json(`SELECT line FROM journal.cosignature WHERE journal_id = '${journal}' AND size >= ${size}`)).length, 0);
    honest.spoil = false;
    await cosigned(honest, size);
  });

  test('a witness that remembers more than there is raises an alarm', async () => {
    const known = honest.logs.get(origin);
    const { size } = known;
    known.size = size + 1000;
    await sellSigned();
    const [alarm] = await until(async () => {
      const found = await json(`SELECT detail, journal_id FROM journal.alarm WHERE kind = 'witness_contradicts' AND resolved_at IS NULL`);
      return found.length > 0 && found;
    });
    assert.equal(alarm.journal_id, journal);
    assert.match(alarm.detail, /remembers a larger tree/);
    known.size = size;
    await cosigned(honest, await sellSigned());
  });

  test('a file that names no witness is refused at the start', async () => {
    const file = `${stack.folder}/wrong`;
    for (const line of ['nonsense', `${honest.vkey}`, `${honest.vkey} ftp://x`, `${honest.vkey.replace('+', '+0')} http://x`, `${await stack.signerTool('vkey', origin)} http://x`]) {
      writeFileSync(file, `${line}\n`);
      chmodSync(file, 0o644);
      await stack.signer.kill();
      await stack.startSigner({ witnesses: file });
      const [code] = await stack.signer.exited;
      assert.equal(code, 1, line);
    }
  });
});

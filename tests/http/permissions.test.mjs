// Generated from openapi.yaml: every operation is tried by who has its scope alone, and by who has every other one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { as, cafe, manager, menu, rows, suite, world } from './lib/context.mjs';
import { ok, problem, signIn, uuid7 } from './lib/client.mjs';
import { sampleRequest } from './lib/sample.mjs';
import { api, operations } from './lib/schema.mjs';

const guarded = operations.filter((op) => op['x-mpos-scope']);
const scopes = api.components.schemas.Scope.enum;
const allBut = (scope) => scopes.filter((one) => one !== scope);

/** A person with a role of their own; `become` changes its scopes and signs in anew. */
async function person(number) {
  const { url } = await world();
  const boss = await as(cafe, manager);
  const { role } = ok(await boss.post('/v1/roles', { code: `only-${number}`, name: 'Only', scopes: [] }), 201);
  const { staff } = ok(await boss.post('/v1/staff', { number, name: 'Only', role_id: role.id }), 201);
  ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin: '4711' }, { key: null }));
  return {
    async become(some) {
      ok(await boss.post(`/v1/roles/${role.id}`, { name: 'Only', scopes: some }));
      return signIn(url, { ...cafe, staff: number, pin: '4711', register: 'R2' });
    },
  };
}

function ask(client, op) {
  const { method, path, json } = sampleRequest(op);
  const write = method !== 'GET' && !op['x-mpos-no-key'] && !op['x-mpos-local'];
  return client.request(method, path, { json, key: write ? undefined : null });
}

async function eachScope(name, body) {
  const somebody = await person(name);
  for (const scope of new Set(guarded.map((op) => op['x-mpos-scope']))) {
    await body(scope, somebody, guarded.filter((op) => op['x-mpos-scope'] === scope));
  }
}

/** What ends the session of the one who asks is asked last. */
const last = (a, b) => (a.operationId === 'signOut') - (b.operationId === 'signOut');

/** Whoever asks may: ways to sign in, what is public by design, what machines ask. A new one is named here or guarded by a scope. */
const open = ['signInByPin', 'refreshSession', 'pairDevice', 'signInByDevice', 'signInByPassword', 'startSso', 'returnFromSso', 'finishSso',
  'readCheckpoint', 'readTile', 'readProof', 'readKeys', 'readCheckpointOfEpoch', 'readTileOfEpoch', 'readProofOfEpoch', 'readKeysOfEpoch',
  'webSocket', 'health', 'ready', 'metrics'];
/** Asked for inside of an operation that has another scope (tried below), or by the tool alone. */
const inner = ['discount.write', 'order.void', 'tenant.export'];

suite('permissions', () => {
  test('the scopes of the contract are those of the core, each named once', () => {
    const core = [...readFileSync(new URL('../../extension/core/scopes.def', import.meta.url), 'utf8').matchAll(/^MPOS_SCOPE\(\w+, \d+, "([^"]+)"\)/gm)].map(([, name]) => name);
    assert.deepEqual(core.filter((one) => one !== 'auth').sort(), [...scopes].sort());
    assert.equal(new Set(scopes).size, scopes.length);
  });

  test('every endpoint has a scope or is open by name, and every scope has an endpoint or is asked for inside of one', () => {
    assert.deepEqual(operations.filter((op) => !op['x-mpos-scope']).map((op) => op.operationId).sort(), [...open].sort());
    for (const op of operations) assert.equal(op['x-mpos-scope'] === undefined, op.security?.length === 0, op.operationId);
    const used = new Set(guarded.map((op) => op['x-mpos-scope']));
    assert.deepEqual(scopes.filter((one) => !used.has(one)).sort(), [...inner].sort());
    assert.deepEqual([...used].filter((one) => !scopes.includes(one)), []);
  });

  test('what an operation asks for inside, from both sides', async () => {
    const somebody = await person('7003');
    const { plain: [item], kitchen } = await menu();
    const order = (client, more) => client.post('/v1/orders', { lines: [{ item_id: item.id, qty: '1' }], ...more });
    const sent = async (client) => {
      const line = { id: uuid7(), item_id: kitchen.id, qty: '1' };
      const placed = ok(await client.post('/v1/orders', { lines: [line], send: true }), 201).order;
      return () => client.post(`/v1/orders/${placed.id}/lines/${line.id}/void`, { reason: 'x' });
    };
    const without = await somebody.become(['order.write']);
    problem(await order(without, { discounts: [{ type: 'fixed', amount: 1 }] }), 403, 'approval_required');
    problem(await order(without, { exempt: true }), 403, 'forbidden', '/exempt');
    problem(await (await sent(without))(), 403, 'approval_required');
    ok(await order(without), 201);
    const giver = await somebody.become(['order.write', 'discount.write']);
    ok(await order(giver, { discounts: [{ type: 'fixed', amount: 1 }] }), 201);
    ok(await order(giver, { exempt: true }), 201);
    problem(await (await sent(giver))(), 403, 'approval_required');
    ok(await (await sent(await somebody.become(['order.write', 'order.void'])))());
  });

  test('who has just the scope of an operation may call it', async () => {
    await eachScope('7001', async (scope, somebody, list) => {
      const client = await somebody.become([scope]);
      for (const op of [...list].sort(last)) {
        const answer = await ask(client, op);
        // With a field it is what was asked to be given away that the session does not have.
        assert.notEqual(`${answer.json?.code}${answer.json?.field ?? ''}`, 'forbidden', `${op.operationId} with ${scope}: ${answer.bytes}`);
        assert.notEqual(answer.status, 401, `${op.operationId} with ${scope}: ${answer.bytes}`);
        assert.notEqual(answer.status, 500, `${op.operationId} with ${scope}: ${answer.bytes}`);
      }
    });
  });

  test('who has every other scope may not', async () => {
    await eachScope('7002', async (scope, somebody, list) => {
      const client = await somebody.become(allBut(scope));
      for (const op of list) {
        const answer = await ask(client, op);
        assert.equal(`${answer.status} ${answer.json?.code}`, '403 forbidden', `${op.operationId} without ${scope}`);
      }
    });
  });

  test('the row of the session decides, whatever the token says', async () => {
    const { stack, url } = await world();
    const client = await signIn(url, { ...cafe, ...manager, register: 'R2' });
    const [, claims] = client.token.split('.');
    const { sid } = JSON.parse(Buffer.from(claims, 'base64url'));
    for (const scope of new Set(guarded.map((op) => op['x-mpos-scope']))) {
      await stack.psql(`UPDATE pos.session SET scopes = mpos.scopes('{*}') & ~mpos.scopes('{${scope}}') WHERE session_id = '${sid}'`);
      for (const op of guarded.filter((one) => one['x-mpos-scope'] === scope && one['x-mpos-operation'])) {
        const answer = await ask(client, op);
        assert.equal(`${answer.status} ${answer.json?.code}`, '403 forbidden', `${op.operationId} without ${scope} in the row`);
      }
    }
  });

  test('nothing of this has left a session with more than its role', async () => {
    assert.deepEqual(await rows(`SELECT s.session_id FROM pos.session s JOIN pos.staff p USING (tenant_id, staff_id)
      JOIN pos.role r USING (tenant_id, role_id) WHERE s.ended_at IS NULL AND s.scopes & ~r.scopes <> 0`), []);
  });
});

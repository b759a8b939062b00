// How long publishing takes with 100,000 items: all of them for the first time, then one price.
import { performance } from 'node:perf_hooks';
import { ok } from '../../http/lib/client.mjs';
import { median } from './measure.mjs';

const more = 100000;
const rounds = 10;

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

/** {first_ms, one_ms, chunks: moved by one price, of}. Leaves the items behind. */
export async function publishTimes(stack, { client }) {
  const tenant = client.session.tenant.id;
  await stack.psql(`SELECT mpos.assume('${tenant}'); INSERT INTO pos.item (tenant_id, item_id, code, name, category_id, price, tax_ids, stocked, sort)
    SELECT tenant_id, gen_random_uuid(), 'm' || n, 'More ' || n, category_id, 100 + n % 900, tax_ids, false, n
      FROM pos.item, generate_series(1, ${more}) n WHERE tenant_id = '${tenant}' AND code = 'i0'`);
  const publish = () => timed(async () => ok(await client.post('/v1/catalogue/publish', {})).published);
  const first = await publish();
  const ones = [];
  for (let i = 0; i < rounds; i += 1) {
    await stack.psql(`SELECT mpos.assume('${tenant}'); UPDATE pos.item SET price = price + 1 WHERE tenant_id = '${tenant}' AND code = 'm${i + 1}'`);
    ones.push(await publish());
  }
  const [{ result }] = ones;
  return { first_ms: first.ms, one_ms: median(ones.map((one) => one.ms)), chunks: result.chunks, of: result.of };
}

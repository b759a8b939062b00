// How long an order takes to the kitchen screen: from the moment it is due to be sent to the frame in the screen's hands.
import { performance } from 'node:perf_hooks';
import { head, Subscriber } from '../../http/lib/socket.mjs';
import { ok, uuid7 } from '../../http/lib/client.mjs';

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** {p50_ms, p99_ms, count} of `rate` orders a second for `seconds`. */
export async function kitchenLatency({ client, item }, rate, seconds) {
  const screen = await new Subscriber(client).open();
  await screen.subscribe(await head(client), { topics: ['kitchen'] });
  const due = new Map();
  const latency = [];
  const total = rate * seconds;
  let finished;
  const all = new Promise((done) => { finished = done; });
  screen.waiters.push((message) => {
    const now = performance.now();
    for (const change of message.k === 'ch' ? message.c : []) {
      const order = change[2] === 'ticket' && change[6].order_id && Buffer.from(change[6].order_id, 'base64url').toString('hex');
      if (!due.has(order)) continue;
      latency.push(now - due.get(order));
      due.delete(order);
    }
    if (latency.length === total) finished();
    return false;
  });
  const begin = performance.now();
  const sends = [];
  const sell = async (body) => ok(await client.post('/v1/orders', body), 201);
  for (let i = 0; i < total; i += 1) {
    const at = begin + (i * 1000) / rate;
    const early = at - performance.now();
    if (early > 0) await new Promise((done) => { setTimeout(done, early); });
    const id = uuid7();
    due.set(id.replaceAll('-', ''), at);
    sends.push(sell({ id, send: true, lines: [{ item_id: item.id, qty: '1' }] }));
  }
  await Promise.all([...sends, all]);
  await screen.close();
  latency.sort((a, b) => a - b);
  return { count: total, per_second: rate, p50_ms: percentile(latency, 0.5), p99_ms: percentile(latency, 0.99) };
}

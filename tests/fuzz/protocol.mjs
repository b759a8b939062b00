// protocol.mjs [SECONDS] - sends mposd, built with ASan and UBSan, what nobody should: HTTP/1.1, WebSocket frames and JSON bodies, each
// drawn from a seed (default 60 seconds, MPOS_FULL=1: 600). It must not crash, leak, answer 5xx but 503, or be unable to sell
// afterwards. A failure prints how to repeat it: MPOS_FUZZ_SEED=S MPOS_FUZZ_CASE=N. The last line is "N passed, N failed".
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import net from 'node:net';
import { readCatalogue } from '../lib/catalogue.mjs';
import { seeded } from '../http/lib/carts.mjs';
import { closeConnections, ok, send, signIn, uuid7 } from '../http/lib/client.mjs';
import { root, startStack } from '../lib/stack.mjs';
import { pieces } from './lib/bytes.mjs';
import { frameCase } from './lib/frames.mjs';
import { httpCase } from './lib/http.mjs';
import { jsonCase } from './lib/json.mjs';
import { overload } from './lib/overload.mjs';

const seconds = Number(process.argv[2] ?? (process.env.MPOS_FULL ? 600 : 60));
const seed = Number(process.env.MPOS_FUZZ_SEED ?? randomInt(2 ** 31));
const only = process.env.MPOS_FUZZ_CASE;
const parallel = 8;
/** How long a case waits for a server that says nothing: most answers come within a millisecond. */
const patienceMs = 150;

const failures = [];
const recent = [];

function fail(number, what, sent) {
  failures.push(`case ${number}: ${what}\n  repeat: MPOS_FUZZ_SEED=${seed} MPOS_FUZZ_CASE=${number} node tests/fuzz/protocol.mjs\n  sent: ${JSON.stringify(sent.toString('latin1').slice(0, 1500))}`);
}

function connect({ port }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.received = '';
  socket.on('data', (part) => { if (socket.received.length < 1e6) socket.received += part.toString('latin1'); });
  socket.gone = new Promise((done) => { socket.on('close', done).on('error', () => {}); });
  return socket;
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms).unref(); });

/** Until the server has closed, or has said nothing for a while. */
async function quiet(socket) {
  let before;
  do {
    before = socket.received.length;
    await Promise.race([socket.gone, pause(patienceMs)]);
  } while (socket.received.length > before && !socket.destroyed);
}

function checkStatuses(number, text, sent) {
  for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
    if (status >= 500 && status !== '503') fail(number, `answered ${status}: ${text.slice(0, 600)}`, sent);
  }
}

async function write(socket, parts) {
  for (const part of parts) {
    if (socket.destroyed) return;
    socket.write(part);
    if (parts.length > 1) await new Promise((done) => { setImmediate(done); });
  }
}

const kinds = {
  async http(number, below, world) {
    const { data, end } = httpCase(below, world);
    const socket = connect(world.server);
    await write(socket, pieces(below, data));
    if (end) socket.end();
    await quiet(socket);
    socket.destroy();
    checkStatuses(number, socket.received, data);
  },
  async frames(number, below, world) {
    const { shake, data, end, reset, early } = frameCase(below, world);
    const socket = connect(world.server);
    socket.write(shake);
    if (!early) await Promise.race([once(socket, 'data').catch(() => {}), socket.gone, pause(patienceMs)]);
    await write(socket, pieces(below, data));
    if (end) socket.end();
    await quiet(socket);
    if (reset) socket.resetAndDestroy();
    else socket.destroy();
    checkStatuses(number, socket.received.slice(0, 2000), data);
  },
  async json(number, below, world) {
    const { method, path, headers, body } = jsonCase(below, world);
    const sent = Buffer.from(`${method} ${path}\n${body ?? ''}`);
    let answer;
    try {
      answer = await send(world.server.url, method, path, { headers, body });
    } catch (error) {
      fail(number, `no answer: ${error.message}`, sent);
      return;
    }
    if (answer.status >= 500 && answer.status !== 503) fail(number, `answered ${answer.status}: ${answer.bytes.toString().slice(0, 600)}`, sent);
    if (answer.status >= 400 && !answer.json?.code) fail(number, `a refusal that is no problem: ${answer.status}`, sent);
    if (answer.json?.code === 'session_ended' || answer.json?.code === 'unauthenticated') await world.renew().catch(() => {}); // locked out by what was sent, for a while
  },
};
const names = ['http', 'http', 'frames', 'json', 'json'];

async function runCase(number, world) {
  const below = seeded(seed + number * 7919);
  const kind = names[below(names.length)];
  recent.push(`${number} ${kind}`);
  if (recent.length > 4 * parallel) recent.shift();
  await kinds[kind](number, below, world);
}

/** What cases draw from; ids that exist, so that more than refusals is reached. */
async function makeWorld(server) {
  const world = { server, tickets: [], without: ['signOut', 'openSocket'] };
  world.ticket = () => world.tickets[0] ?? 'x';
  world.renew = async () => {
    const client = await signIn(server.url, { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234', register: 'R1' });
    world.token = client.token;
    world.tickets = [ok(await client.post('/v1/ws-tickets', undefined, { key: null })).ticket];
    return client;
  };
  const client = await world.renew();
  const { items } = await readCatalogue(client);
  const { order } = ok(await client.post('/v1/orders', { lines: [{ item_id: items.find((one) => !one.combo.length && !one.group_ids.length).id, qty: '1' }] }), 201);
  world.items = items.map((one) => one.id);
  world.outlet = client.session.outlet.id;
  world.foreign = uuid7();
  world.journal = ok(await client.get('/v1/sync/state')).journal.id;
  world.ids = [order.id, order.lines[0].id, world.outlet, world.journal, client.session.device.id, ...world.items.slice(0, 20)];
  return world;
}

async function fuzz(world) {
  const end = Date.now() + seconds * 1000;
  let number = 0;
  if (only !== undefined) {
    await runCase(Number(only), world);
    return 1;
  }
  const worker = async () => {
    while (Date.now() < end && failures.length < 10 && world.server.program.lives) await runCase(number++, world);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return number;
}

/** The other business sells something, as if nothing had been. */
async function sells({ url }) {
  const client = await signIn(url, { tenant: 'demo-shop', outlet: 'main', staff: '101', pin: '1234', register: 'R1' });
  const { items } = await readCatalogue(client);
  const { id, price } = items[0];
  ok(await client.post('/v1/shifts', { float: 0 }), 201);
  ok(await client.post('/v1/orders', { lines: [{ item_id: id, qty: '1' }], payments: [{ tender: 'cash', amount: price, tendered: price }] }), 201);
}

async function main() {
  console.log(`protocol: seed ${seed}, ${seconds} s`);
  const stack = await startStack();
  process.env.ASAN_OPTIONS = 'detect_leaks=1:exitcode=99';
  // A thread that ends leaves libh2o's lists of free chunks. What owned a chunk that is lost is found by itself. The service user
  // may be unable to read the checkout.
  const accepted = `${stack.runDir}/leaks.supp`;
  copyFileSync(`${root}/tests/fuzz/leaks.supp`, accepted);
  process.env.LSAN_OPTIONS = `suppressions=${accepted}:print_suppressions=0`;
  process.env.UBSAN_OPTIONS = 'print_stacktrace=1:halt_on_error=1';
  const rates = Object.fromEntries(['SIGN_IN', 'REFRESH', 'CALL', 'HEAVY', 'PUBLIC'].map((name) => [`MPOS_RATE_${name}`, 'off']));
  const full = `${stack.runDir}/log/full`;
  const server = await stack.another({ ...rates, MPOS_THREADS: '2', MPOS_FAULT_OVERLOAD: full }, { program: `${root}/build/bin/mposd-sanitize` });
  const world = await makeWorld(server);
  const count = await fuzz(world);
  if (server.program.lives && failures.length === 0) {
    // What was guessed at until now must not keep anybody out.
    await stack.psql('DELETE FROM pos.sign_in_guard');
    failures.push(...await overload(server.url, full).catch((error) => [`overload: ${error.stack}`]));
    await sells(server).catch((error) => failures.push(`no sale afterwards: ${error.message}`));
  }
  closeConnections();
  const [code, signal] = server.program.lives ? await server.stop() : [server.program.child.exitCode, server.program.child.signalCode];
  const log = server.log();
  const report = log.slice(Math.max(log.search(/==\d+==ERROR|runtime error:/), 0));
  if (code !== 0) failures.push(`mposd ended with ${code ?? signal}; last cases ${recent.join(', ')}\n${report.slice(0, 6000)}`);
  const internal = log.split('\n').filter((line) => line.includes('"operation failed"'));
  if (internal.length) failures.push(`internal errors:\n${[...new Set(internal)].slice(0, 5).join('\n')}`);
  await stack.stop();
  for (const text of failures) console.log(`FAILED ${text}`);
  console.log(`${count} cases, seed ${seed}`);
  console.log(failures.length ? '0 passed, 1 failed' : '1 passed, 0 failed');
  process.exitCode = failures.length ? 1 : 0;
}

await main();

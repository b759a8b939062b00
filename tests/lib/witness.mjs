// A witness for tests (C2SP tlog-witness, `add-checkpoint`): remembers one checkpoint for each log, believes only what a proof
// shows, and can be told to misbehave. Its checks are those of public_log.mjs, not the server's.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { consistent, parseCheckpoint, parseNote, signedBy } from './public_log.mjs';

const TIMESTAMPED = 4;

export class Witness {
  constructor(name) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = Buffer.concat([Buffer.from([TIMESTAMPED]), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
    this.id = createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, 4);
    Object.assign(this, { name, privateKey, vkey: `${name}+${this.id.toString('hex')}+${bytes.toString('base64')}` });
    this.logs = new Map(); // origin -> {vkey, size, root}
    this.answers = [];
    this.spoil = false; // signs another text
  }

  /** Makes a log known; logs that are not are answered with 404. */
  know(origin, vkey) {
    this.logs.set(origin, { vkey, size: 0, root: null });
  }

  async start() {
    this.server = createServer((request, response) => this.take(request, response)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const [status, body, type = 'text/plain'] = this.judge(request, Buffer.concat(parts));
    this.answers.push(status);
    response.writeHead(status, { 'content-type': type }).end(body);
  }

  judge(request, bytes) {
    if (request.method !== 'POST' || request.url !== '/add-checkpoint') return [404, ''];
    try {
      const body = bytes.toString();
      const split = body.indexOf('\n\n');
      const [first, ...proof] = body.slice(0, split).split('\n');
      const old = first.match(/^old (0|[1-9][0-9]*)$/);
      if (split < 0 || !old) return [400, 'old line'];
      return this.remember(Number(old[1]), proof.map((line) => Buffer.from(line, 'base64')), parseNote(Buffer.from(body.slice(split + 2))));
    } catch (error) {
      return [400, error.message];
    }
  }

  remember(old, proof, note) {
    const { origin, size, root } = parseCheckpoint(note.text);
    const log = this.logs.get(origin);
    if (!log) return [404, 'unknown origin'];
    if (!signedBy(note, log.vkey)) return [403, 'no signature of the log'];
    if (old > size) return [400, 'old is larger'];
    if (old !== log.size) return [409, `${log.size}\n`, 'text/x.tlog.size'];
    if (old === size && log.root && !log.root.equals(root)) return [409, `${log.size}\n`, 'text/x.tlog.size'];
    if (old > 0 && !consistent(old, size, log.root, root, proof)) return [422, 'the proof does not hold'];
    Object.assign(log, { size, root });
    return [200, this.line(note.text)];
  }

  line(text) {
    const time = BigInt(Math.floor(Date.now() / 1000));
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(time);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${this.spoil ? 'x' : ''}${text}`), this.privateKey);
    return `\u2014 ${this.name} ${Buffer.concat([this.id, stamp, signature]).toString('base64')}\n`;
  }
}

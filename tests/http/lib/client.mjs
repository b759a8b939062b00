// One signed-in client: requests over kept connections, every answer checked against the contract.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { checkAnswer } from './schema.mjs';

const agents = new Map();
/** ms after which an unused connection is left: before the server closes it, maybe just when the next request is on its way. */
const unusedMax = 4000;

function agentFor(url) {
  if (!agents.has(url)) agents.set(url, new http.Agent({ keepAlive: true, maxSockets: 64, timeout: unusedMax }));
  return agents.get(url);
}

/** Closes every kept connection, so that a stopping server has nothing to wait for. */
export function closeConnections() {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

/** A version 7 UUID: what a device makes for everything it creates. */
export function uuid7() {
  const ms = Date.now().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`;
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Sends bytes as they are, `from` another address of this machine; resolves with {status, headers, type, bytes, json}. Rejects when the connection breaks. */
export function send(url, method, path, { headers = {}, body, from } = {}) {
  return new Promise((done, fail) => {
    const request = http.request(url + path, { method, headers, agent: agentFor(url), localAddress: from }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', fail);
      answer.on('end', () => {
        if (!answer.complete) return fail(new Error('the answer was cut'));
        const bytes = Buffer.concat(parts);
        const type = (answer.headers['content-type'] ?? '').split(';')[0];
        return done({ status: answer.statusCode, headers: answer.headers, type, bytes, json: parse(bytes) });
      });
    });
    request.on('error', fail);
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}

export class Client {
  constructor(url, session = null) {
    this.url = url;
    this.session = session;
    this.token = session?.token;
  }

  /** `json` or raw `body`; `key` null sends no Idempotency-Key, left out makes one for writes. */
  async request(method, path, { json, body, key, from, headers = {} } = {}) {
    const all = { ...headers };
    if (this.token) all.authorization = `Bearer ${this.token}`;
    const bytes = json === undefined ? body : JSON.stringify(json);
    if (method !== 'GET') {
      all['content-type'] ??= 'application/json';
      if (key !== null) all['idempotency-key'] = key ?? randomUUID();
    }
    const answer = await send(this.url, method, path, { headers: all, body: bytes, from });
    const violations = checkAnswer(method, path, answer);
    assert.deepEqual(violations, [], `${method} ${path} -> ${answer.status} ${answer.bytes.subarray(0, 600)}`);
    return answer;
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  post(path, json, options = {}) {
    return this.request('POST', path, { json, ...options });
  }
}

/** Signs in or throws with the server's answer. */
export async function signIn(url, credentials) {
  const answer = await new Client(url).post('/v1/auth/pin', credentials, { key: null });
  assert.equal(answer.status, 200, answer.bytes.toString());
  return new Client(url, answer.json);
}

/** The answer is that problem; returns it. */
export function problem(answer, status, code, field) {
  assert.equal(`${answer.status} ${answer.json?.code}`, `${status} ${code}`, answer.bytes.toString());
  if (field !== undefined) assert.equal(answer.json.field, field, answer.bytes.toString());
  return answer.json;
}

export function ok(answer, status = 200) {
  assert.equal(answer.status, status, answer.bytes.toString());
  return answer.json;
}

/** Bytes of a problem without the part that must differ. */
export function withoutRequestId(answer) {
  return answer.bytes.toString('latin1').replace(/"request_id":"[^"]*"/, '"request_id":""');
}

// A subscriber: keeps its cursor, checks that frames join, loses nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { ok } from './client.mjs';

export function stream(client) {
  return `o:${client.session.outlet.id}`;
}

/** The outlet's present cursor. */
export async function head(client) {
  return ok(await client.get('/v1/kitchen/tickets')).cursor;
}

export class Subscriber {
  constructor(client) {
    this.client = client;
    this.messages = [];
    this.changes = [];
    this.waiters = [];
    this.lags = 0;
  }

  /** Connects and authenticates with a one-time ticket. */
  async open() {
    const { ticket } = ok(await this.client.post('/v1/ws-tickets', undefined, { key: null }));
    this.socket = new WebSocket(`${this.client.url.replace('http', 'ws')}/v1/ws`, 'mpos.v1');
    this.socket.on('message', (data) => this.receive(JSON.parse(data)));
    this.socket.on('close', (code) => this.receive({ k: 'close', code }));
    this.socket.on('error', () => {});
    await this.next((message) => message.k === 'hello');
    this.send({ k: 'auth', ticket });
    const answer = await this.next((message) => ['auth_ok', 'err', 'close'].includes(message.k));
    assert.equal(answer.k, 'auth_ok', JSON.stringify(answer));
    return this;
  }

  send(message) {
    this.socket.send(JSON.stringify(message));
  }

  /** Subscribes from a cursor; resolves with sub_ok or err. */
  async subscribe(cursor, { topics = ['order', 'kitchen', 'stock', 'shift', 'event'], s = stream(this.client), id = 1 } = {}) {
    this.cursor = cursor.seq;
    this.epoch = cursor.epoch;
    this.h8 = cursor.h8;
    this.send({ k: 'sub', id, s, ...cursor, topics });
    return this.next((message) => ['sub_ok', 'err', 'close'].includes(message.k) && (message.id ?? id) === id);
  }

  receive(message) {
    if (message.k === 'ch') {
      assert.equal(message.from, this.cursor, 'frames join');
      assert.ok(message.to > message.from);
      for (const change of message.c) assert.ok(change[0] > message.from && change[0] <= message.to);
      Object.assign(this, { cursor: message.to, h8: message.h8, epoch: message.epoch });
      this.changes.push(...message.c);
    }
    if (message.k === 'lag') this.lags += 1;
    this.messages.push(message);
    this.waiters = this.waiters.filter((waiter) => !waiter(message));
  }

  /** The first message, past or to come, that fits. */
  next(fits) {
    const found = this.messages.find(fits);
    if (found) {
      this.messages = this.messages.slice(this.messages.indexOf(found) + 1);
      return Promise.resolve(found);
    }
    return new Promise((done) => {
      this.waiters.push((message) => fits(message) && (done(message), this.messages = [], true));
    });
  }

  /** Resolves once everything up to seq has come. */
  async reached(seq) {
    if (this.cursor >= seq) return;
    await new Promise((done) => {
      this.waiters.push(() => this.cursor >= seq && (done(), true));
    });
  }

  async close() {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

/*
 * Follows one journal by WebSocket from a position. Frames state what they cover; a frame that does not start where we
 * stand makes us subscribe again, so a change is never lost, only seen twice. A socket that fails is opened again
 * after 0.2 s, doubling to 30 s, with full jitter.
 */
import { signal } from '@preact/signals';
import { post, reachable, session } from '../api/client';
import type { Cursor } from '../api/types';

/** One changed row: [seq, topic, entity, id22, op, version, changed columns]; R says that all rows of the entity may have changed. */
export type Change = [number, string, string, string, 'U' | 'D' | 'E' | 'R', number, Record<string, unknown>?];

export interface FeedOptions {
  outlet: string;
  topics: string[];
  /** Fetches the present state; answers the cursor to follow from. */
  load: () => Promise<Cursor>;
  apply: (changes: Change[]) => void;
}

interface Frame {
  k: string;
  s?: string;
  mode?: 'live' | 'replay' | 'reset';
  epoch?: number;
  from?: number;
  to?: number;
  h8?: string;
  c?: Change[];
  after_ms?: number;
}

const backoffMinMs = 200;
const backoffMaxMs = 30_000;
const probeEveryMs = 3_000;
const probeTimeoutMs = 4_000;
const ackEveryMs = 2_000;
const returnWithinMs = 1_000;

export class Feed {
  /** True while subscribed and in step. */
  readonly live = signal(false);
  /** When the connection was lost (ms), null while live. */
  readonly lostAt = signal<number | null>(Date.now());
  private socket: WebSocket | null = null;
  private cursor: Cursor | null = null;
  private subId = 0;
  /** A subscription is under way; frames of the one before do not count. */
  private joining = false;
  private attempts = 0;
  /** The last look found no server. */
  private away = false;
  private closed = false;
  private ackedSeq = -1;
  private heardAt = Date.now();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private readonly wake = (): void => this.probe(true);

  constructor(private readonly options: FeedOptions) {
    this.timers.push(setInterval(() => this.probe(false), probeEveryMs), setInterval(() => this.ack(), ackEveryMs));
    addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    void this.open();
  }

  dispose(): void {
    this.closed = true;
    this.timers.forEach(clearInterval);
    clearTimeout(this.retry);
    removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    this.socket?.close();
  }

  private async open(): Promise<void> {
    if (this.closed || this.socket || !session.value) return;
    try {
      if (!this.cursor) this.cursor = await this.options.load();
      const { ticket } = (await post<{ ticket: string }>('/v1/ws-tickets', {})).body;
      if (this.closed) return;
      this.connect(ticket);
    } catch {
      this.lost();
    }
  }

  private connect(ticket: string): void {
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/ws`;
    const socket = new WebSocket(url, 'mpos.v1');
    this.socket = socket;
    this.joining = false;
    socket.onmessage = (e) => {
      this.heardAt = Date.now();
      this.receive(JSON.parse(e.data as string) as Frame, ticket);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.lost();
    };
  }

  private receive(frame: Frame, ticket: string): void {
    if (frame.k === 'hello') this.send({ k: 'auth', ticket });
    else if (frame.k === 'auth_ok') this.subscribe();
    else if (frame.k === 'sub_ok') this.subscribed(frame);
    else if (frame.k === 'reset') this.reset();
    else if (frame.k === 'ch') this.change(frame);
    else if (frame.k === 'goaway') this.leave(frame.after_ms ?? 1_000);
    else if (frame.k === 'err') this.socket?.close();
  }

  private subscribe(): void {
    const { epoch, seq, h8 } = this.cursor!;
    if (this.joining) return;
    this.joining = true;
    this.subId += 1;
    this.send({ k: 'sub', id: this.subId, s: `o:${this.options.outlet}`, epoch, seq, h8, topics: this.options.topics });
  }

  private subscribed(frame: Frame): void {
    this.joining = false;
    if (frame.mode === 'reset') return this.reset();
    this.attempts = 0;
    this.live.value = true;
    this.lostAt.value = null;
  }

  /* The server cannot continue from our position: take the present state and follow from there. */
  private reset(): void {
    this.cursor = null;
    this.options.load().then(
      (cursor) => {
        this.cursor = cursor;
        this.subscribe();
      },
      () => this.socket?.close(),
    );
  }

  private change(frame: Frame): void {
    const cursor = this.cursor;
    if (!cursor || frame.to === undefined || frame.to <= cursor.seq) return;
    if (frame.from! > cursor.seq) return this.subscribe();
    const fresh = (frame.c ?? []).filter((c) => c[0] > cursor.seq);
    this.cursor = { epoch: frame.epoch ?? cursor.epoch, seq: frame.to, h8: frame.h8 ?? cursor.h8 };
    if (fresh.some((c) => c[4] === 'R')) return this.reset();
    if (fresh.length > 0) this.options.apply(fresh);
  }

  private ack(): void {
    const seq = this.cursor?.seq ?? -1;
    if (!this.live.value || seq === this.ackedSeq) return;
    this.ackedSeq = seq;
    this.send({ k: 'ack', s: `o:${this.options.outlet}`, seq });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private leave(withinMs: number): void {
    setTimeout(() => this.socket?.close(), Math.random() * withinMs);
  }

  private lost(): void {
    if (this.closed) return;
    this.live.value = false;
    this.lostAt.value ??= Date.now();
    const ceiling = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.attempts);
    this.attempts = Math.min(this.attempts + 1, 10);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.open(), Math.random() * ceiling);
  }

  /* A browser does not show the server's pings; when nothing was heard for a while, one small request tells. */
  private probe(now: boolean): void {
    if (this.closed || document.visibilityState === 'hidden') return;
    if (!now && this.socket && Date.now() - this.heardAt < probeEveryMs) return;
    const socket = this.socket;
    fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(probeTimeoutMs) }).then(
      () => this.answered(socket),
      () => this.silent(socket),
    );
  }

  /* The server is back: do not wait for the rest of a long pause, but do not come all at once either. */
  private answered(socket: WebSocket | null): void {
    const wasAway = this.away;
    this.away = false;
    reachable.value = true;
    if (socket || this.socket || !wasAway) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.open(), Math.random() * returnWithinMs);
  }

  private silent(socket: WebSocket | null): void {
    this.away = true;
    reachable.value = false;
    if (!socket || this.socket !== socket) return;
    this.socket = null;
    socket.close();
    this.lost();
  }
}

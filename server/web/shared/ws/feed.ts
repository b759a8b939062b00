/*
 * Follows journals by one WebSocket, each from a position. Frames state what they cover; a frame that does not start where
 * we stand makes us subscribe again, so a change is never lost, only seen twice. A socket that fails is opened again
 * after 0.2 s, doubling to 30 s, with full jitter.
 */
import { signal } from '@preact/signals';
import { post, reachable, session } from '../api/client';
import type { Cursor } from '../api/types';

/** One changed row: [seq, topic, entity, id22, op, version, changed columns]; R says that all rows of the entity may have changed. */
export type Change = [number, string, string, string, 'U' | 'D' | 'E' | 'R', number, Record<string, unknown>?];

/** In place of an outlet: the journal of the business, which its outlets share. */
export const sharedJournal = '00000000-0000-0000-0000-000000000000';

export interface FeedOptions {
  outlet: string;
  topics: string[];
  /** Fetches the present state; answers the cursor to follow from. */
  load: () => Promise<Cursor>;
  apply: (changes: Change[]) => void;
}

interface Frame {
  k: string;
  id?: number;
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

/** One journal that is followed. */
class Stream {
  cursor: Cursor | null = null;
  subId = 0;
  /** A subscription is under way; frames of the one before do not count. */
  joining = false;
  live = false;
  ackedSeq = -1;
  readonly name: string;

  constructor(readonly options: FeedOptions) {
    this.name = `o:${options.outlet}`;
  }
}

export class Feed {
  /** True while subscribed and in step. */
  readonly live = signal(false);
  /** When the connection was lost (ms), null while live. */
  readonly lostAt = signal<number | null>(Date.now());
  private readonly streams: readonly Stream[];
  private lastSubId = 0;
  private socket: WebSocket | null = null;
  private attempts = 0;
  /** The last look found no server. */
  private away = false;
  private closed = false;
  private heardAt = Date.now();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private readonly wake = (): void => this.probe(true);

  constructor(...follow: FeedOptions[]) {
    this.streams = follow.map((options) => new Stream(options));
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
      for (const stream of this.streams) stream.cursor ??= await stream.options.load();
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
    for (const stream of this.streams) stream.joining = false;
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
    const stream = this.streams.find((x) => (frame.s === undefined ? x.subId === frame.id : x.name === frame.s));
    if (frame.k === 'hello') this.send({ k: 'auth', ticket });
    else if (frame.k === 'auth_ok') this.streams.forEach((x) => this.subscribe(x));
    else if (frame.k === 'goaway') this.leave(frame.after_ms ?? 1_000);
    else if (frame.k === 'err') this.socket?.close();
    else if (!stream) return;
    else if (frame.k === 'sub_ok') this.subscribed(stream, frame);
    else if (frame.k === 'reset') this.reset(stream);
    else if (frame.k === 'ch') this.change(stream, frame);
  }

  private subscribe(stream: Stream): void {
    const { epoch, seq, h8 } = stream.cursor!;
    if (stream.joining) return;
    stream.joining = true;
    stream.subId = ++this.lastSubId;
    this.send({ k: 'sub', id: stream.subId, s: stream.name, epoch, seq, h8, topics: stream.options.topics });
  }

  private subscribed(stream: Stream, frame: Frame): void {
    stream.joining = false;
    if (frame.mode === 'reset') return this.reset(stream);
    stream.live = true;
    if (!this.streams.every((x) => x.live)) return;
    this.attempts = 0;
    this.live.value = true;
    this.lostAt.value = null;
  }

  /* The server cannot continue from our position: take the present state and follow from there. */
  private reset(stream: Stream): void {
    stream.cursor = null;
    stream.options.load().then(
      (cursor) => {
        stream.cursor = cursor;
        this.subscribe(stream);
      },
      () => this.socket?.close(),
    );
  }

  private change(stream: Stream, frame: Frame): void {
    const { cursor } = stream;
    if (!cursor || frame.to === undefined || frame.to <= cursor.seq) return;
    if (frame.from! > cursor.seq) return this.subscribe(stream);
    const fresh = (frame.c ?? []).filter((c) => c[0] > cursor.seq);
    stream.cursor = { epoch: frame.epoch ?? cursor.epoch, seq: frame.to, h8: frame.h8 ?? cursor.h8 };
    if (fresh.some((c) => c[4] === 'R')) return this.reset(stream);
    if (fresh.length > 0) stream.options.apply(fresh);
  }

  private ack(): void {
    if (!this.live.value) return;
    for (const stream of this.streams) {
      const seq = stream.cursor?.seq ?? -1;
      if (seq === stream.ackedSeq) continue;
      stream.ackedSeq = seq;
      this.send({ k: 'ack', s: stream.name, seq });
    }
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private leave(withinMs: number): void {
    setTimeout(() => this.socket?.close(), Math.random() * withinMs);
  }

  private lost(): void {
    if (this.closed) return;
    for (const stream of this.streams) stream.live = false;
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

/*
 * Calls of the HTTP API. A refused call is an ApiError that carries the problem; a call without an answer is a
 * NetworkError, after which the same call may be repeated with the same key.
 */
import { signal } from '@preact/signals';
import { proofOf } from '../device/proof';
import { newId } from '../ids/ids';
import type { Problem, Session } from './types';

export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterMs: number,
    /** The server's clock, where it says that ours is wrong; microseconds. */
    readonly serverTimeUs: number | null = null,
  ) {
    super(problem.detail ?? problem.title);
  }
}

export class NetworkError extends Error {}

const storageKey = 'mpos.session';
const timeoutMs = 10_000;
/* Before its token ends by the device's own clock, so that a call rarely has to be made twice. */
const refreshEarlyMs = 30_000;

/** The signed-in session, kept for this tab only; null asks for a PIN. */
export const session = signal<Session | null>(load());
/** What the last call showed about the way to the server. */
export const reachable = signal(true);

/* A tab that was duplicated has the same refresh token, which works once: the others are told what it became. */
const siblings = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(storageKey);
let refreshing: Promise<boolean> | null = null;

function load(): Session | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Session | null;
    return found && Date.parse(found.refresh_expires_at ?? found.expires_at) > Date.now() ? found : null;
  } catch {
    return null;
  }
}

export function setSession(next: Session | null): void {
  session.value = next;
  if (next) sessionStorage.setItem(storageKey, JSON.stringify(next));
  else sessionStorage.removeItem(storageKey);
}

siblings?.addEventListener('message', (e: MessageEvent<{ from: string; next: Session }>) => {
  if (session.value?.refresh_token === e.data.from) setSession(e.data.next);
});

export interface Call {
  method?: 'GET' | 'POST';
  body?: unknown;
  key?: string;
  etag?: string;
  timeoutMs?: number;
  /** The body as it came, instead of what its JSON says. */
  bytes?: boolean;
  /** Proof of the device's key. */
  device?: string | null;
}

export interface Answer<T> {
  status: number;
  etag: string | null;
  body: T;
}

function headers(call: Call, signed: boolean): Record<string, string> {
  const out: Record<string, string> = { accept: 'application/json' };
  if (session.value && signed) out['authorization'] = `Bearer ${session.value.token}`;
  if (call.device) out['mpos-device'] = call.device;
  if (call.etag) out['if-none-match'] = call.etag;
  if (call.method === 'POST') {
    out['content-type'] = 'application/json';
    out['idempotency-key'] = call.key ?? newId();
  }
  return out;
}

async function send(path: string, call: Call, signed = true): Promise<Response> {
  const cancel = new AbortController();
  const timer = setTimeout(() => cancel.abort(), call.timeoutMs ?? timeoutMs);
  try {
    const init: RequestInit = { method: call.method ?? 'GET', headers: headers(call, signed), signal: cancel.signal };
    if (call.method === 'POST') init.body = JSON.stringify(call.body ?? {});
    const answer = await fetch(path, init);
    reachable.value = true;
    return answer;
  } catch (e) {
    reachable.value = false;
    throw new NetworkError(e instanceof Error ? e.message : String(e));
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const fallback = { type: 'about:blank', title: answer.statusText, status: answer.status, code: `http_${answer.status}` };
  try {
    return { ...fallback, ...((await answer.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

const refreshPath = '/v1/auth/refresh';

/* At a paired device the token counts with the signature of its key only; once more by the server's clock when ours is wrong. */
async function askNewToken({ tenant, outlet, device }: Session, from: string): Promise<Response> {
  const place = { tenant: tenant.slug, outlet: outlet.code, register: device.code };
  const body = { refresh_token: from };
  const attempt = async (offsetMs: number): Promise<Response> =>
    send(refreshPath, { method: 'POST', body, device: await proofOf(place, refreshPath, body, offsetMs) }, false);
  const answer = await attempt(0);
  const serverTimeUs = Number(answer.headers.get('mpos-time'));
  if (answer.status !== 401 || !serverTimeUs || (await problemOf(answer.clone())).code !== 'clock_skew') return answer;
  return attempt(serverTimeUs / 1000 - Date.now());
}

/* True when there is a new token. Without an answer the session stays: what is written meanwhile waits in the log. */
async function refresh(): Promise<boolean> {
  const old = session.value;
  const from = old?.refresh_token;
  if (!from) return false;
  const answer = await askNewToken(old, from);
  if (session.value?.refresh_token !== from) return session.value !== null;
  if (answer.ok) {
    const next = (await answer.json()) as Session;
    setSession(next);
    siblings?.postMessage({ from, next });
    return true;
  }
  if (answer.status === 401) setSession(null);
  return false;
}

function refreshOnce(): Promise<boolean> {
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/* What makes a session; everything else needs one. */
const signsIn = new Set(['pin', 'password', 'refresh', 'pair', 'device', 'oidc/finish'].map((way) => `/v1/auth/${way}`));
const isSignIn = (path: string): boolean => signsIn.has(path);

/* A refused password or code is about what was typed, not about the session. */
const typedWrong = new Set(['bad_credentials', 'second_factor_required']);

async function endsSession(answer: Response): Promise<boolean> {
  return answer.status === 401 && !typedWrong.has((await problemOf(answer.clone())).code);
}

/* Sends with a token that is good. A 401 may mean that rights have changed: a refreshed token has the new ones. */
async function sendSigned(path: string, call: Call): Promise<Response> {
  const known = session.value;
  if (!known || isSignIn(path)) return send(path, call, !isSignIn(path));
  if (known.refresh_token && Date.parse(known.expires_at) - refreshEarlyMs < Date.now()) await refreshOnce();
  const used = session.value?.token;
  const answer = await send(path, call);
  if (!(await endsSession(answer))) return answer;
  if (session.value?.token !== used || (await refreshOnce())) return session.value ? send(path, call) : answer;
  return answer;
}

/** One call; 2xx and 304 come back, everything else is thrown. A 401 that no refresh heals ends the session. */
export async function request<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const sent = { key: newId(), ...call };
  const answer = await sendSigned(path, sent);
  if (answer.status === 304) return { status: 304, etag: answer.headers.get('etag'), body: undefined as T };
  if (answer.ok) {
    try {
      const body: unknown = call.bytes ? new Uint8Array(await answer.arrayBuffer()) : await answer.json();
      return { status: answer.status, etag: answer.headers.get('etag'), body: body as T };
    } catch (e) {
      throw new NetworkError(String(e));
    }
  }
  const problem = await problemOf(answer);
  if (answer.status === 401 && !isSignIn(path) && !typedWrong.has(problem.code)) setSession(null);
  throw new ApiError(problem, Number(answer.headers.get('retry-after') ?? 0) * 1000, Number(answer.headers.get('mpos-time')) || null);
}

export const get = <T>(path: string, etag?: string): Promise<Answer<T>> => request<T>(path, etag ? { etag } : {});

export const post = <T>(path: string, body: unknown, key?: string, timeoutMs?: number): Promise<Answer<T>> =>
  request<T>(path, { method: 'POST', body, ...(key ? { key } : {}), ...(timeoutMs ? { timeoutMs } : {}) });

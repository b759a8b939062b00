/*
 * Calls of the HTTP API. A refused call is an ApiError that carries the problem; a call without an answer is a
 * NetworkError, after which the same call may be repeated with the same key.
 */
import { signal } from '@preact/signals';
import { newId } from '../ids/ids';
import type { Problem, Session } from './types';

export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterMs: number,
  ) {
    super(problem.detail ?? problem.title);
  }
}

export class NetworkError extends Error {}

const storageKey = 'mpos.session';
const timeoutMs = 10_000;

/** The signed-in session, kept for this tab only; null asks for a PIN. */
export const session = signal<Session | null>(load());
/** What the last call showed about the way to the server. */
export const reachable = signal(true);

function load(): Session | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Session | null;
    return found && Date.parse(found.expires_at) > Date.now() ? found : null;
  } catch {
    return null;
  }
}

export function setSession(next: Session | null): void {
  session.value = next;
  if (next) sessionStorage.setItem(storageKey, JSON.stringify(next));
  else sessionStorage.removeItem(storageKey);
}

export interface Call {
  method?: 'GET' | 'POST';
  body?: unknown;
  key?: string;
  etag?: string;
  timeoutMs?: number;
}

export interface Answer<T> {
  status: number;
  etag: string | null;
  body: T;
}

function headers(call: Call): Record<string, string> {
  const out: Record<string, string> = { accept: 'application/json' };
  if (session.value) out['authorization'] = `Bearer ${session.value.token}`;
  if (call.etag) out['if-none-match'] = call.etag;
  if (call.method === 'POST') {
    out['content-type'] = 'application/json';
    out['idempotency-key'] = call.key ?? newId();
  }
  return out;
}

async function send(path: string, call: Call): Promise<Response> {
  const cancel = new AbortController();
  const timer = setTimeout(() => cancel.abort(), call.timeoutMs ?? timeoutMs);
  try {
    const init: RequestInit = { method: call.method ?? 'GET', headers: headers(call), signal: cancel.signal };
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

/** One call; 2xx and 304 come back, everything else is thrown. A 401 ends the session. */
export async function request<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const answer = await send(path, call);
  if (answer.status === 304) return { status: 304, etag: answer.headers.get('etag'), body: undefined as T };
  if (answer.ok) {
    try {
      return { status: answer.status, etag: answer.headers.get('etag'), body: (await answer.json()) as T };
    } catch (e) {
      throw new NetworkError(String(e));
    }
  }
  const problem = await problemOf(answer);
  if (answer.status === 401 && path !== '/v1/auth/pin') setSession(null);
  throw new ApiError(problem, Number(answer.headers.get('retry-after') ?? 0) * 1000);
}

export const get = <T>(path: string, etag?: string): Promise<Answer<T>> => request<T>(path, etag ? { etag } : {});

export const post = <T>(path: string, body: unknown, key?: string): Promise<Answer<T>> =>
  request<T>(path, key ? { method: 'POST', body, key } : { method: 'POST', body });

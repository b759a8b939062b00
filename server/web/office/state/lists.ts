/* What the pages show, read from the server when a page is opened and kept for going back. */
import { effect, signal, type Signal } from '@preact/signals';
import { ApiError, get, session } from '../../shared/api/client';
import type { ApiKey, Device, IdentityProvider, LicenceAnswer, OpenSession, Outlet, Person, Role } from './model';
import { refusal, type Refusal } from './problem';

export interface List<T> {
  /** null until it was read. */
  rows: Signal<T[] | null>;
  failed: Signal<Refusal | null>;
  load: () => Promise<void>;
  /** Puts a changed or new row into its place. */
  put: (row: T) => void;
  drop: (id: string) => void;
}

const all: List<never>[] = [];

export function list<T extends { id: string }>(read: () => Promise<T[]>): List<T> {
  const rows = signal<T[] | null>(null);
  const failed = signal<Refusal | null>(null);
  const made: List<T> = {
    rows,
    failed,
    load: async () => {
      try {
        rows.value = await read();
        failed.value = null;
      } catch (e) {
        failed.value = refusal(e);
      }
    },
    put: (row) => {
      const known = rows.value ?? [];
      rows.value = known.some((r) => r.id === row.id) ? known.map((r) => (r.id === row.id ? row : r)) : [...known, row];
    },
    drop: (id) => {
      rows.value = (rows.value ?? []).filter((r) => r.id !== id);
    },
  };
  all.push(made as unknown as List<never>);
  return made;
}

const pageSize = 200;

/** Every page of a list that the server gives in pages. */
export async function readAll<T>(path: string, member: string): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: Record<string, unknown> = (await get<Record<string, unknown>>(`${path}${path.includes('?') ? '&' : '?'}limit=${pageSize}${after && `&after=${encodeURIComponent(after)}`}`)).body;
    found.push(...(page[member] as T[]));
    after = (page['next'] as string | null | undefined) ?? null;
  }
  return found;
}

export const people = list(() => readAll<Person>('/v1/staff', 'staff'));
export const roles = list(async () => (await get<{ roles: Role[] }>('/v1/roles')).body.roles);
export const devices = list(async () => (await get<{ devices: Device[] }>('/v1/devices')).body.devices);
export const outlets = list(async () => (await get<{ outlets: Outlet[] }>('/v1/outlets')).body.outlets);
export const sessions = list(async () => (await get<{ sessions: OpenSession[] }>('/v1/sessions')).body.sessions);
export const keys = list(async () => (await get<{ api_keys: ApiKey[] }>('/v1/api-keys')).body.api_keys);

/* A business has one or none of these; as lists they are read and dropped as all others are. */
export const provider = list(async () => {
  try {
    return [{ id: 'provider', ...(await get<IdentityProvider>('/v1/identity-provider')).body }];
  } catch (e) {
    if (e instanceof ApiError && e.problem.status === 404) return [];
    throw e;
  }
});
export const licence = list(async () => [{ id: 'licence', ...(await get<LicenceAnswer>('/v1/licence')).body }]);

/* Nothing of one person is left for the next one at the same screen. */
effect(() => {
  if (session.value) return;
  for (const one of all) {
    one.rows.value = null;
    one.failed.value = null;
  }
});

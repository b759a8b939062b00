/*
 * The register's log when its page opens: as this device keeps it, in line with the server's state where there is a server.
 * What the device has not sent goes before what the server knows; with nothing unsent the server decides.
 */
import { coreHash } from 'virtual:mpos-core';
import { ApiError, get, NetworkError, session } from '../../shared/api/client';
import type { SyncState } from '../../shared/api/types';
import { OperationLog } from '../../shared/sync/log';
import { LogStore, type Facts, type Kept } from '../../shared/sync/log-store';
import { ownLog } from '../../shared/sync/only-tab';

export interface OpenedLog {
  readonly log: OperationLog;
  readonly store: LogStore;
  readonly facts: Facts;
  /** The server has another history under our numbers. */
  readonly other: boolean;
}

const serverErrors = 500;

/** What the server knows of this device; null when it cannot be asked. */
export async function serverState(): Promise<SyncState | null> {
  try {
    return (await get<SyncState>('/v1/sync/state')).body;
  } catch (e) {
    if (e instanceof NetworkError || (e instanceof ApiError && e.problem.status >= serverErrors)) return null;
    throw e;
  }
}

const factsOf = (state: SyncState): Facts => ({
  gen: state.gen,
  acked: state.last_seq,
  receiptN: state.receipt_n,
  shift: state.shift && { id: state.shift.id, float: state.shift.float },
  origin: state.journal.origin,
});

function logOf(store: LogStore, device: string, facts: Facts, kept: Kept | null): OperationLog {
  const { seq, hash } = kept?.base ?? { seq: 0, hash: '' };
  const start = { device, gen: facts.gen, lastSeq: seq, lastHash: hash, coreHash, store, doer: () => session.value };
  return new OperationLog(kept ? { ...start, kept } : start);
}

async function fromServer(store: LogStore, state: SyncState): Promise<OpenedLog> {
  const facts = factsOf(state);
  const base = { seq: state.last_seq, hash: state.last_hash };
  await store.begin(base, facts);
  return { log: logOf(store, state.device_id, facts, { base, facts, operations: [] }), store, facts, other: false };
}

/** Opens the log of the device. Throws NetworkError when there is neither a server nor anything kept. */
export async function openLog(state: SyncState | null): Promise<OpenedLog> {
  const device = state?.device_id ?? session.value!.device.id;
  await ownLog(device);
  const store = await LogStore.open(device);
  const kept = await store.read();
  if (!kept) {
    if (!state) throw new NetworkError('nothing is kept here');
    return fromServer(store, state);
  }
  const log = logOf(store, device, kept.facts, kept);
  if (!state) return { log, store, facts: kept.facts, other: false };
  const same = kept.facts.gen === state.gen && log.reconcile(state.last_seq, state.last_hash);
  if (log.length.value > 0) return { log, store, facts: kept.facts, other: !same };
  if (!same) return fromServer(store, state);
  await store.tidy(kept);
  store.note(factsOf(state));
  return { log, store, facts: factsOf(state), other: false };
}

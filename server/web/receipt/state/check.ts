/* From the address of the page to a verdict: fetch proof and keys, check, tell each step; try again while it is open. */
import { signal } from '@preact/signals';
import { coreHash, coreUrl } from 'virtual:mpos-core';
import { Core } from '../../shared/core/core';
import { checkProof, type ProofResult } from '../../shared/core/proof';
import { parseReceiptLink, type ReceiptLink } from '../../shared/receipt/link';
import { evidenceOf, keepEvidence, rememberKey, type Evidence, type KeyMemory } from './keep';

/** unknown: the server knows no such log; unreachable: it did not answer and nothing is kept. */
export type Phase = 'none' | 'loading' | 'pending' | 'unreachable' | 'unknown' | 'good' | 'bad';

export interface Check {
  phase: Phase;
  link: ReceiptLink | null;
  result?: ProofResult;
  /** When what was checked came from the server. */
  at?: number;
  /** The server did not answer; this is what it said then. */
  kept?: boolean;
  /** When this receipt was found good before, if what the server says now is not. */
  goodBefore?: number;
  key?: KeyMemory;
}

export const check = signal<Check>({ phase: 'none', link: null });

const retryMs = 2_000;
const timeoutMs = 10_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let round = 0;
let core: Core | null = null;

class Pending extends Error {}
class Unknown extends Error {}

async function getText(path: string): Promise<string> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(timeoutMs), cache: 'no-store' });
  if (answer.ok) return answer.text();
  throw answer.status === 503 ? new Pending() : answer.status === 404 ? new Unknown() : new Error(String(answer.status));
}

async function ask(link: ReceiptLink): Promise<Evidence> {
  const log = `/v1/journals/${link.journal}/epochs/${link.epoch}`;
  const [proof, keys] = await Promise.all([getText(`${log}/proof?seq=${link.seq}`), getText(`${log}/keys`)]);
  return { proof, keys: keys.split('\n').filter(Boolean), at: Date.now() };
}

const idOf = (link: ReceiptLink): string => `${link.journal}.${link.epoch}.${link.seq}`;

/** The log's own key among those that signed, as its vkey's last part. */
function ownKey(result: ProofResult): string {
  const own = result.signers.find((s) => s.vkey.startsWith(`${result.origin}+`));
  return own?.vkey.slice(result.origin.length + 10) ?? '';
}

async function judge(link: ReceiptLink, evidence: Evidence, kept: boolean): Promise<Check> {
  core ??= await Core.fetch(coreUrl, coreHash);
  const result = await checkProof(core, link, evidence.proof, evidence.keys);
  const before = evidenceOf(idOf(link));
  if (result.step !== 'good') {
    return { phase: 'bad', link, result, at: evidence.at, kept, ...(before && !kept ? { goodBefore: before.at } : {}) };
  }
  if (!kept) keepEvidence(idOf(link), evidence);
  return { phase: 'good', link, result, at: evidence.at, kept, key: rememberKey(link.journal, ownKey(result)) };
}

async function withoutAnswer(link: ReceiptLink, error: unknown): Promise<Check> {
  if (error instanceof Pending) return { phase: 'pending', link };
  if (error instanceof Unknown) return { phase: 'unknown', link };
  const evidence = evidenceOf(idOf(link));
  return evidence ? judge(link, evidence, true) : { phase: 'unreachable', link };
}

async function settle(link: ReceiptLink): Promise<Check> {
  try {
    return await judge(link, await ask(link), false);
  } catch (error) {
    return withoutAnswer(link, error).catch(() => ({ phase: 'unreachable', link }) as Check);
  }
}

/** Checks once, and again later while the answer may still change. */
async function run(link: ReceiptLink): Promise<void> {
  const mine = ++round;
  clearTimeout(timer);
  if (check.value.link !== link) check.value = { phase: 'loading', link };
  const next = await settle(link);
  if (mine !== round) return;
  check.value = next;
  if (next.phase === 'pending' || next.phase === 'unreachable') timer = setTimeout(() => void run(link), retryMs);
}

export function checkAgain(): void {
  if (check.value.link) void run(check.value.link);
}

/** Takes the receipt that the page's address names. */
export function openAddress(): void {
  const link = parseReceiptLink(location.hash);
  round++;
  clearTimeout(timer);
  if (link) void run(link);
  else check.value = { phase: 'none', link: null };
}

/*
 * Is the leaf printed on a receipt in the log that was signed? The core reads proof, note and keys and walks the tree
 * (extension/core/wasm/proof.h); the signatures, which it only collects, are checked here and their answers given back.
 */
import { ByteReader, ByteWriter } from './bytes';
import type { Core } from './core';
import { verifyEd25519 } from './ed25519';

/** In the order in which they are taken; all before the one that failed are good. */
export const proofSteps = [
  'good',
  'input',
  'form',
  'origin',
  'position',
  'inclusion',
  'keys',
  'questions',
  'signature',
] as const;

export type ProofStep = (typeof proofSteps)[number];

export interface ReceiptLeaf {
  leaf: Uint8Array;
  seq: number;
  origin: string;
}

export interface ProofResult {
  /** What failed; good when everything is in order. */
  step: ProofStep;
  size: number;
  root: Uint8Array;
  hashes: number;
  /** Origin that the checkpoint names; empty when it could not be read. */
  origin: string;
  /** Of the keys given: who signed, and a witness's time (seconds, 0 for the log's own). */
  signers: { vkey: string; timeS: number }[];
  /** Names of all signature lines, known or not. */
  names: string[];
}

const keysMax = 16;
const prefixMax = 43;
const utf8 = new TextEncoder();
const text = new TextDecoder();

interface Question {
  message: Uint8Array;
  key: Uint8Array;
  signature: Uint8Array;
}

function input(receipt: ReceiptLeaf, proof: Uint8Array, keys: string[], answers: boolean[]): Uint8Array {
  const origin = utf8.encode(receipt.origin);
  const lines = utf8.encode(keys.map((key) => `${key}\n`).join(''));
  const out = new ByteWriter();
  out.raw(receipt.leaf);
  out.i64(receipt.seq);
  out.u16(origin.length);
  out.u16(lines.length);
  out.u16(answers.length);
  out.raw(origin);
  out.raw(lines);
  out.raw(Uint8Array.from(answers, Number));
  out.raw(proof);
  return out.done();
}

function read(output: Uint8Array, proof: Uint8Array, keys: string[]): { result: ProofResult; questions: Question[] } {
  const from = new ByteReader(output);
  const step = proofSteps[from.u8()]!;
  from.skip(1);
  const count = from.u16();
  const signedBy = from.u32();
  const size = from.i64();
  const root = from.raw(32);
  const times = Array.from({ length: keysMax }, () => from.i64());
  const hashes = from.u32();
  const place = (): Uint8Array => {
    const at = from.u32();
    return proof.subarray(at, at + from.u32());
  };
  const [origin, note, lines] = [place(), place(), place()];
  const questions = Array.from({ length: count }, () => {
    const prefix = from.u8();
    const message = new Uint8Array([...from.raw(prefixMax).subarray(0, prefix), ...note]);
    return { message, key: from.raw(32), signature: from.raw(64) };
  });
  const signers = keys.flatMap((vkey, i) => ((signedBy >>> i) & 1 ? [{ vkey, timeS: times[i]! }] : []));
  const names = text.decode(lines).split('\n').filter(Boolean).map((line) => line.split(' ')[1] ?? '');
  return { result: { step, size, root, hashes, origin: text.decode(origin), signers, names }, questions };
}

/** Checks a c2sp.org/tlog-proof@v1. keys: vkeys of the log (named as its origin) and of witnesses, 16 at most. */
export async function checkProof(core: Core, receipt: ReceiptLeaf, proofText: string, keys: string[]): Promise<ProofResult> {
  const proof = utf8.encode(proofText);
  const asked = read(core.checkProof(input(receipt, proof, keys, [])), proof, keys);
  if (asked.result.step !== 'questions') return asked.result;
  const answers = await Promise.all(asked.questions.map((q) => verifyEd25519(q.key, q.message, q.signature)));
  return read(core.checkProof(input(receipt, proof, keys, answers)), proof, keys).result;
}

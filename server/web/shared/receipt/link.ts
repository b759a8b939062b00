/*
 * The address on a receipt: /receipt/#1.JOURNAL.EPOCH.SEQ.LEAF.ORIGIN. Journal id and leaf are base64url (22 and 43
 * characters), origin is the name of the log. What stands behind # is never sent to a server.
 */
import { uuidBytes } from '../core/bytes';
import { uuidText } from '../ids/ids';

export interface ReceiptLink {
  journal: string;
  epoch: number;
  seq: number;
  /** 32 bytes. */
  leaf: Uint8Array;
  /** Name of the log, with its epoch. */
  origin: string;
}

function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function fromBase64url(text: string, size: number): Uint8Array | null {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  return bytes.length === size && toBase64url(bytes) === text ? bytes : null;
}

export function receiptPath(link: ReceiptLink): string {
  const origin = encodeURIComponent(link.origin).replace(/%2F/g, '/');
  const parts = [1, toBase64url(uuidBytes(link.journal)), link.epoch, link.seq, toBase64url(link.leaf), origin];
  return `/receipt/#${parts.join('.')}`;
}

const form = /^#?1\.([\w-]{22})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,15})\.([\w-]{43})\.(.+)$/;

/** What an address or its part behind # says; null when it is not a receipt's. */
export function parseReceiptLink(address: string): ReceiptLink | null {
  const found = form.exec(address.slice(Math.max(0, address.indexOf('#'))).trim());
  if (!found) return null;
  try {
    const [, id, epoch, seq, hash, origin] = found;
    const journal = fromBase64url(id!, 16);
    const leaf = fromBase64url(hash!, 32);
    if (!journal || !leaf || !Number.isSafeInteger(Number(seq))) return null;
    return { journal: uuidText(journal), epoch: Number(epoch), seq: Number(seq), leaf, origin: decodeURIComponent(origin!) };
  } catch {
    return null;
  }
}

/*
 * The key that makes a device itself, and what it signs. Its private half cannot leave the browser: it is made non-extractable
 * and kept in IndexedDB. Words: place (business, outlet, register code), proof (the header Mpos-Device, as docs/openapi.yaml has it).
 */
import { get, set } from 'idb-keyval';

export interface Place {
  tenant: string;
  outlet: string;
  register: string;
}

export interface Kept {
  deviceId: string;
  key: CryptoKey;
}

const nonceBytes = 16;
const nameOf = (place: Place): string => `mpos.device/${place.tenant}/${place.outlet}/${place.register}`;

/** Browsers give keys to pages from HTTPS (and from the device itself) only. */
export const canPair = (): boolean => typeof crypto !== 'undefined' && crypto.subtle !== undefined && typeof indexedDB !== 'undefined';

export const keepKey = (place: Place, kept: Kept): Promise<void> => set(nameOf(place), kept);

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** The header for one POST of `body` to `path`, or null when this browser holds no key for the place. */
export async function proofOf(place: Place, path: string, body: unknown, clockOffsetMs = 0): Promise<string | null> {
  const kept = canPair() ? await get<Kept>(nameOf(place)).catch(() => undefined) : undefined;
  if (!kept) return null;
  const text = new TextEncoder();
  const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(JSON.stringify(body)))));
  const at = `${Math.round(Date.now() + clockOffsetMs)}000`;
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(nonceBytes)));
  const signed = text.encode(['mpos-device-v1', 'POST', path, hash, at, nonce].join('\n'));
  const signature = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, kept.key, signed));
  return `${kept.deviceId}.${at}.${nonce}.${base64url(signature)}`;
}

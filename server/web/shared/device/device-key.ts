/*
 * The key that makes a device itself. Its private half cannot leave the browser: it is made non-extractable and kept in
 * IndexedDB. Words: place (business, outlet, register code), proof (the header Mpos-Device, as docs/openapi.yaml has it).
 */
import { get, set } from 'idb-keyval';
import { request } from '../api/client';

export interface Place {
  tenant: string;
  outlet: string;
  register: string;
}

interface Kept {
  deviceId: string;
  key: CryptoKey;
}

export interface Paired {
  device_id: string;
  code: string;
  kind: string;
  tenant: { slug: string; name: string };
  outlet: { code: string; name: string };
}

const nonceBytes = 16;
const nameOf = (place: Place): string => `mpos.device/${place.tenant}/${place.outlet}/${place.register}`;

/** Browsers give keys to pages from HTTPS (and from the device itself) only. */
export const canPair = (): boolean => typeof crypto !== 'undefined' && crypto.subtle !== undefined && typeof indexedDB !== 'undefined';

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** Makes a key and gives its public half to the server with the code from the back office. */
export async function pairDevice(tenant: string, code: string): Promise<Paired> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const body = { tenant, code, public_key: base64url(point), alg: 'p256' };
  const paired = (await request<Paired>('/v1/auth/pair', { method: 'POST', body })).body;
  const place = { tenant: paired.tenant.slug, outlet: paired.outlet.code, register: paired.code };
  await set(nameOf(place), { deviceId: paired.device_id, key: pair.privateKey } satisfies Kept);
  return paired;
}

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

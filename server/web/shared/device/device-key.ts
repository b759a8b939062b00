/* Pairing: this browser makes a key, the server gets its public half and knows it by that from then on. See proof.ts. */
import { request } from '../api/client';
import { base64url, keepKey } from './proof';

export interface Paired {
  device_id: string;
  code: string;
  kind: string;
  tenant: { slug: string; name: string };
  outlet: { code: string; name: string };
}

/** Makes a key and gives its public half to the server with the code from the back office. */
export async function pairDevice(tenant: string, code: string): Promise<Paired> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const body = { tenant, code, public_key: base64url(point), alg: 'p256' };
  const paired = (await request<Paired>('/v1/auth/pair', { method: 'POST', body })).body;
  const place = { tenant: paired.tenant.slug, outlet: paired.outlet.code, register: paired.code };
  await keepKey(place, { deviceId: paired.device_id, key: pair.privateKey });
  return paired;
}

// The key of a device, and what it signs: node's own cryptography, beside the server's.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Client, ok } from './client.mjs';

const curves = { ed25519: ['ed25519'], p256: ['ec', { namedCurve: 'P-256' }], p384: ['ec', { namedCurve: 'P-384' }] };

export class DeviceKey {
  constructor(alg = 'ed25519') {
    this.alg = alg;
    Object.assign(this, generateKeyPairSync(...curves[alg]));
  }

  /** 32 bytes of an Ed25519 key, or the uncompressed point. */
  get raw() {
    const { x, y } = this.publicKey.export({ format: 'jwk' });
    const part = (text) => Buffer.from(text, 'base64url');
    return y ? Buffer.concat([Buffer.from([4]), part(x), part(y)]) : part(x);
  }

  get public() {
    return this.raw.toString('base64url');
  }

  sign(message) {
    const bytes = Buffer.from(message);
    return this.alg === 'ed25519' ? sign(null, bytes, this.privateKey)
      : sign('sha256', bytes, { key: this.privateKey, dsaEncoding: 'ieee-p1363' });
  }

  /** Text of the header Mpos-Device for a request. */
  proof(device, method, path, body, { at = Date.now() * 1000, nonce = randomBytes(16) } = {}) {
    const hash = createHash('sha256').update(body).digest('hex');
    const text = Buffer.from(nonce).toString('base64url');
    const signature = this.sign(['mpos-device-v1', method, path, hash, String(at), text].join('\n'));
    return `${device}.${at}.${text}.${signature.toString('base64url')}`;
  }
}

/** Sends a sign-in with the proof of a key; `forge` may change header and body after signing. */
export function proven(url, key, device, path, json, { forge = (sent) => sent, ...how } = {}) {
  const body = JSON.stringify(json);
  const sent = forge({ body, proof: key.proof(device, 'POST', path, body, how) });
  return new Client(url).request('POST', path, { body: sent.body, key: null, headers: { 'mpos-device': sent.proof } });
}

/** A new device of the client's outlet, paired with a new key: {id, code, key, device}. */
export async function paired(client, { kind = 'register', alg = 'ed25519', code, ...more } = {}) {
  const name = code ?? `D${randomBytes(5).toString('hex')}`;
  const { device } = ok(await client.post('/v1/devices', { outlet_id: client.session.outlet.id, code: name, kind, ...more }), 201);
  const key = new DeviceKey(alg);
  const pairing = ok(await client.post(`/v1/devices/${device.id}/pairing`, {}, { key: null }));
  ok(await new Client(client.url).post('/v1/auth/pair',
    { tenant: client.session.tenant.slug, code: pairing.code, public_key: key.public, alg }, { key: null }));
  return { id: device.id, code: name, key, device };
}

/** Signs in as a device; resolves to a client. */
export async function signInAsDevice(url, tenant, { id, key }) {
  const session = ok(await proven(url, key, id, '/v1/auth/device', { tenant }));
  return new Client(url, session);
}

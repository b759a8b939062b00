/*
 * Ed25519 signatures: the browser's own where it has them, which is newer browsers on https; else @noble/curves, strict as
 * RFC 8032 asks.
 */
import { ed25519 } from '@noble/curves/ed25519';

async function natively(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const imported = await crypto.subtle.importKey('raw', key as BufferSource, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature as BufferSource, message as BufferSource);
}

export async function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await natively(key, message, signature);
  } catch {
    /* no subtle crypto here, or none of this kind */
  }
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

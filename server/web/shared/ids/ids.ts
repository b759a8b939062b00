/*
 * Ids made on the device are UUIDv7 and final. Feed rows carry them as 22 characters of base64url; the HTTP side uses
 * the usual text form.
 */
const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
let lastMs = 0;

/** A new UUIDv7. A clock set back keeps ids rising, since the last millisecond seen is never undercut. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  lastMs = Math.max(lastMs, Date.now());
  new DataView(bytes.buffer).setUint32(0, Math.floor(lastMs / 65536));
  new DataView(bytes.buffer).setUint16(4, lastMs % 65536);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}

export function uuidText(bytes: Uint8Array): string {
  const h = Array.from(bytes, (b) => hex[b]).join('');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/** The text form of an id as feed rows write it (22 characters of base64url). */
export function fromFeedId(id: string): string {
  const text = atob(id.replace(/-/g, '+').replace(/_/g, '/'));
  return uuidText(Uint8Array.from(text, (c) => c.charCodeAt(0)));
}

/** The same for a column that may be empty. */
export function fromFeedIdOrNull(id: unknown): string | null {
  return typeof id === 'string' && id.length === 22 ? fromFeedId(id) : null;
}

// A log as its reader sees it, made here from the leaves alone: tree, checkpoint, cosignature and proof by the public
// specifications (RFC 9162, C2SP), nothing shared with the writer.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const node = (left, right) => sha256(Buffer.from([1]), left, right);

/** The largest power of two below n. */
function split(n) {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

export function treeRoot(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

export function inclusionPath(index, leaves) {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusionPath(index, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...inclusionPath(index - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

/** An Ed25519 key under a name; type 1 signs notes, 4 cosigns. */
export class NoteKey {
  constructor(name, type = 1, pair = generateKeyPairSync('ed25519')) {
    Object.assign(this, { name, type, pair });
    this.bytes = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.typed = Buffer.concat([Buffer.from([type]), this.bytes]);
    this.id = sha256(`${name}\n`, this.typed).subarray(0, 4);
    this.vkey = `${name}+${this.id.toString('hex')}+${this.typed.toString('base64')}`;
  }

  line(text, timeS = 0) {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(timeS));
    const message = this.type === 4 ? `cosignature/v1\ntime ${timeS}\n${text}` : text;
    const signature = sign(null, Buffer.from(message), this.pair.privateKey);
    return `— ${this.name} ${Buffer.concat([this.id, ...(this.type === 4 ? [time] : []), signature]).toString('base64')}\n`;
  }
}

export function checkpoint(origin, leaves, root = treeRoot(leaves)) {
  return `${origin}\n${leaves.length}\n${root.toString('base64')}\n`;
}

export function proofText(index, path, note) {
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${path.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${note}`;
}

// A second reader of the public formats, for tests: RFC 9162 trees, C2SP signed notes, checkpoints, tiles and proofs, written
// from the specifications with node:crypto alone. Nothing here comes from the server or its core.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const leafHash = (data) => sha256(Buffer.from([0]), data);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

/** MTH of leaf hashes by its definition: split at the largest power of two below n. */
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** A tree that grows leaf by leaf and can say its root at every size; root() agrees with rootOf(). */
export class Tree {
  constructor() {
    this.size = 0;
    this.full = []; // roots of the full subtrees, largest first: one for each bit of the size
  }

  add(leaf) {
    let node = leaf;
    for (let rest = this.size; rest & 1; rest >>= 1) node = nodeHash(this.full.pop(), node);
    this.full.push(node);
    this.size += 1;
  }

  root() {
    return this.size === 0 ? sha256() : this.full.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** RFC 9162, 2.1.3.2: does the proof show that leaf is number index of the tree? */
export function includes(index, size, leaf, proof, root) {
  if (index >= size) return false;
  let [fn, sn, r] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const p of proof) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      r = nodeHash(p, r);
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else r = nodeHash(r, p);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && r.equals(root);
}

/** RFC 9162, 2.1.4.2: does the proof show that the new tree begins with the old one? */
export function consistent(oldSize, newSize, oldRoot, newRoot, proof) {
  if (oldSize === newSize) return proof.length === 0 && oldRoot.equals(newRoot);
  if (oldSize === 0 || oldSize > newSize) return false;
  const path = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...proof] : [...proof];
  if (path.length === 0) return false;
  let [fn, sn] = [BigInt(oldSize) - 1n, BigInt(newSize) - 1n];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [fr, sr] = [path[0], path[0]];
  for (const c of path.slice(1)) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else sr = nodeHash(sr, c);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && fr.equals(oldRoot) && sr.equals(newRoot);
}

/** name+hexid+base64(type || key) as {name, id, type, key}. */
export function parseVkey(text) {
  const [name, hex, ...rest] = text.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  const key = { name, id: Buffer.from(hex, 'hex'), type: bytes[0], key: bytes.subarray(1) };
  assert.deepEqual(key.id, sha256(name, '\n', bytes).subarray(0, 4), 'the key id is that of the key');
  return key;
}

/** The Ed25519 public key of 32 bytes as node wants it. */
export function publicKey(raw) {
  return createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' });
}

/** {text, signatures: [{name, id, signature}]} of a signed note; throws when it has not that form. */
export function parseNote(bytes) {
  const note = bytes.toString();
  const at = note.lastIndexOf('\n\n');
  assert.ok(at > 0 && note.endsWith('\n'), 'a note ends with signature lines');
  const signatures = note.slice(at + 2, -1).split('\n').map((line) => {
    const match = line.match(/^\u2014 ([^ +]+) ([A-Za-z0-9+/]+={0,2})$/);
    assert.ok(match, `a signature line: ${line}`);
    const value = Buffer.from(match[2], 'base64');
    return { line, name: match[1], id: value.subarray(0, 4), signature: value.subarray(4) };
  });
  return { text: note.slice(0, at + 1), signatures };
}

/** Whether one of the note's lines is a good signature of the key; a line of the key that is bad throws. */
export function signedBy(note, vkey) {
  const key = parseVkey(vkey);
  const lines = note.signatures.filter(({ name, id }) => name === key.name && id.equals(key.id));
  for (const { signature } of lines) {
    const time = key.type === 4 ? signature.readBigUInt64BE() : null;
    const message = time === null ? note.text : `cosignature/v1\ntime ${time}\n${note.text}`;
    assert.ok(verify(null, Buffer.from(message), publicKey(key.key), signature.subarray(key.type === 4 ? 8 : 0)), `signature of ${key.name}`);
  }
  return lines.length > 0;
}

/** Origin, size and root of a checkpoint without extension lines. */
export function parseCheckpoint(text) {
  const lines = text.split('\n');
  assert.equal(lines.length, 4, 'three lines and nothing more');
  assert.match(lines[1], /^(0|[1-9][0-9]*)$/);
  const root = Buffer.from(lines[2], 'base64');
  assert.equal(root.length, 32);
  return { origin: lines[0], size: Number(lines[1]), root };
}

/** {index, hashes, note} of a c2sp.org/tlog-proof@v1. */
export function parseProof(bytes) {
  const [head, ...rest] = bytes.toString().split('\n\n');
  const [first, ...lines] = head.split('\n');
  assert.equal(first, 'c2sp.org/tlog-proof@v1');
  const index = lines.shift().match(/^index (0|[1-9][0-9]*)$/);
  assert.ok(index, 'an index line');
  return { index: Number(index[1]), hashes: lines.map((line) => Buffer.from(line, 'base64')), note: parseNote(Buffer.from(rest.join('\n\n'))) };
}

/** x001/x234/067 */
export function tileNumber(n) {
  const groups = [];
  for (let rest = n; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(String(rest % 1000).padStart(3, '0'));
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** Paths of all tiles of a level of a tree with their widths. */
export function tilesOf(size, level) {
  const hashes = Math.floor(size / 256 ** level);
  return Array.from({ length: Math.ceil(hashes / 256) }, (_, n) => {
    const width = Math.min(256, hashes - n * 256);
    return { n, width, path: `${tileNumber(n)}${width < 256 ? `.p/${width}` : ''}` };
  });
}

/** The entries of a bundle. */
export function entriesOf(bundle) {
  const entries = [];
  for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
    const data = bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at));
    assert.equal(data.length, bundle.readUInt16BE(at), 'a whole entry');
    entries.push(data);
  }
  return entries;
}

/** The same key under another name. */
export function renameVkey(vkey, name) {
  return formatVkey(name, parseVkey(vkey));
}

/** The vkey of a key under a name. */
export function formatVkey(name, { type, key }) {
  const bytes = Buffer.concat([Buffer.from([type]), key]);
  return `${name}+${sha256(name, '\n', bytes).subarray(0, 4).toString('hex')}+${bytes.toString('base64')}`;
}

/** The text of a signer's memory with the checksum that belongs to it. */
export function sealMemory(text) {
  const lines = text.slice(0, text.lastIndexOf('end '));
  return `${lines}end ${sha256(lines).toString('hex')}\n`;
}

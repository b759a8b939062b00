// tlog.mjs - logs, notes and proofs of the C2SP formats, written from the specifications with node:crypto only. It shares
// nothing with the core, so that the tools are judged by somebody else's files.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const LEAF = Buffer.from([0]), NODE = Buffer.from([1])
export const leafHash = entry => sha256(LEAF, entry)
const nodeHash = (left, right) => sha256(NODE, left, right)

// RFC 9162, 2.1.1: the recursive definition over leaves [from, to).
const split = n => 2 ** Math.ceil(Math.log2(n) - 1)
export function treeHash(leaves, from = 0, to = leaves.length) {
  if (to === from) return sha256()
  if (to - from === 1) return leaves[from]
  const k = split(to - from)
  return nodeHash(treeHash(leaves, from, from + k), treeHash(leaves, from + k, to))
}

// RFC 9162, 2.1.3.1: the path of leaf m, its sibling first.
export function inclusionPath(leaves, m, from = 0, to = leaves.length) {
  if (to - from <= 1) return []
  const k = split(to - from)
  return m < k
    ? [...inclusionPath(leaves, m, from, from + k), treeHash(leaves, from + k, to)]
    : [...inclusionPath(leaves, m - k, from + k, to), treeHash(leaves, from, from + k)]
}

// signed-note and tlog-cosignature.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
export function noteKey(name, seed, type = 1) {
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32)
  const typed = Buffer.concat([Buffer.from([type]), publicKey])
  const id = sha256(name, '\n', typed).subarray(0, 4)
  return { name, type, secret, id, vkey: `${name}+${id.toString('hex')}+${typed.toString('base64')}` }
}

// ECDSA keys: type 2, and 5 for the tree heads of RFC 6962, whose id comes from the hash of the key.
export function ecdsaKey(name, curve, type = 2) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const id = (type === 2 ? sha256(spki) : sha256(name, '\n', Buffer.from([type]), sha256(spki))).subarray(0, 4)
  return { name, type, secret: privateKey, id, vkey: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([type]), spki]).toString('base64')}` }
}

// A tree head in TLS's form: version, kind, time, size, root; the signature with its algorithms and length before it.
function treeHeadSignature(key, text, stamp) {
  const [, size, root] = text.split('\n')
  const head = Buffer.concat([Buffer.from([0, 1]), stamp, Buffer.alloc(8), Buffer.from(root, 'base64')])
  head.writeBigUInt64BE(BigInt(size), 10)
  const value = sign('sha256', head, key.secret)
  return Buffer.concat([stamp, Buffer.from([4, 3, 0, value.length]), value])
}

export function noteLine(key, text, time = 1_700_000_000) {
  const stamp = Buffer.alloc(8)
  stamp.writeBigUInt64BE(BigInt(time))
  let signature
  if (key.type === 2) {
    signature = sign('sha256', Buffer.from(text), key.secret)
  } else if (key.type === 5) {
    signature = treeHeadSignature(key, text, stamp)
  } else if (key.type === 4) {
    signature = Buffer.concat([stamp, sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key.secret)])
  } else {
    signature = sign(null, Buffer.from(text), key.secret)
  }
  return `\u2014 ${key.name} ${Buffer.concat([key.id, signature]).toString('base64')}\n`
}

// A line of a type that this tool cannot know, as long as a post-quantum signature.
export const unknownLine = (name, fill) => `\u2014 ${name} ${Buffer.alloc(4 + 8 + 2420, fill).toString('base64')}\n`

export const signedNote = (text, ...lines) => text + '\n' + lines.join('')
export const checkpointText = (origin, size, root, ...extensions) =>
  [origin, size, root.toString('base64'), ...extensions].join('\n') + '\n'

export function proofText(index, path, note, extra) {
  return ['c2sp.org/tlog-proof@v1', ...(extra === undefined ? [] : ['extra ' + extra.toString('base64')]),
    'index ' + index, ...path.map(hash => hash.toString('base64')), '', note].join('\n')
}

// tlog-tiles.
export function tilePath(level, n, width) {
  const groups = [String(n % 1000).padStart(3, '0')]
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift('x' + String(rest % 1000).padStart(3, '0'))
  }
  return `tile/${level}/${groups.join('/')}${width < 256 ? '.p/' + width : ''}`
}

export const bundle = entries => Buffer.concat(entries.flatMap(entry => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(entry.length)
  return [length, entry]
}))

// Files of the tree (path -> bytes) of these entries; without the checkpoint.
export function logFiles(entries) {
  const files = new Map()
  let hashes = entries.map(leafHash)
  for (let n = 0; n * 256 < entries.length; n++) {
    const part = entries.slice(n * 256, n * 256 + 256)
    files.set(tilePath('entries', n, part.length), bundle(part))
  }
  for (let level = 0; hashes.length > 0; level++) {
    const above = []
    for (let n = 0; n * 256 < hashes.length; n++) {
      const part = hashes.slice(n * 256, n * 256 + 256)
      files.set(tilePath(level, n, part.length), Buffer.concat(part))
      if (part.length === 256) above.push(treeHash(part))
    }
    hashes = above
  }
  return files
}

export function writeFiles(directory, files) {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
}

// logs.mjs - logs, notes and proofs of tlog.mjs through the mpos tool: whole ones are accepted, ones with a byte changed
// refused. Prints what went wrong and at the end "N passed, N failed". MPOS_FULL=1 asks for larger logs and more bytes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as tlog from './tlog.mjs'

const full = process.env.MPOS_FULL === '1'
const mpos = join(dirname(fileURLToPath(import.meta.url)), '../../build/bin/mpos')
const count = { passed: 0, failed: 0 }

function run(args, input) {
  const { status, stdout, stderr, signal } = spawnSync(mpos, args, { input, timeout: 60_000 })
  return { status: signal ?? status, out: stdout.toString(), err: stderr.toString() }
}

// One check: the status, one line of reason, and what the line must match.
function expect(label, { status, out, err }, wanted, matching = /./) {
  const good = status === wanted && out.split('\n').length === 2 && matching.test(out) &&
    out.startsWith(wanted === 0 ? 'ok: ' : 'bad: ')
  count[good ? 'passed' : 'failed']++
  if (!good) console.log(`FAILED ${label}: status ${status}, ${JSON.stringify(out)} ${err}`)
}

const random = (state => () => { // the same bytes in every run
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
})(20260101)
const pick = n => Math.floor(random() * n)

const origin = 'shop.example/main'
const log = tlog.noteKey(origin, 1)
const otherKey = tlog.noteKey(origin, 2)
const witness = tlog.noteKey('witness.example/w1', 3, 4)
const witness2 = tlog.noteKey('witness.example/w2', 4, 4)
const keys = ['--vkey', log.vkey, '--witness', witness.vkey]

const noteOf = (text, ...more) => tlog.signedNote(text, tlog.noteLine(log, text), tlog.unknownLine('pq.example', 7),
  tlog.noteLine(witness, text), ...more)

function changed(bytes, at, how = 1 << pick(8)) {
  const copy = Buffer.from(bytes)
  copy[at] ^= how
  return copy
}

// Whether that byte belongs to a signature line that has to be ignored.
function ignored(note, at) {
  const from = note.indexOf(Buffer.from('\u2014 pq.example'))
  return at >= from && at < note.indexOf(Buffer.from('\u2014 witness'), from)
}

function notes() {
  const text = 'Books of the day.\n\nWith an empty line.\n'
  const note = Buffer.from(noteOf(text))
  const verify = (bytes, ...vkeys) => run(['note', 'verify', ...vkeys.flatMap(key => ['--vkey', key])], bytes)
  expect('note', verify(note, log.vkey), 0, /signed by shop\.example\/main\+/)
  expect('note of two', verify(note, log.vkey, witness.vkey), 0, /w1/)
  expect('note of another key', verify(note, otherKey.vkey), 1)
  expect('note with a broken key', verify(note, log.vkey.replace(/\+./, '+g')), 1)
  expect('empty note', verify('', log.vkey), 1)
  expect('huge note', verify(Buffer.alloc(3 << 20, 'a'), log.vkey), 1)
  expect('17 signatures', verify(tlog.signedNote(text, ...Array.from({ length: 16 }, (_, i) =>
    tlog.noteLine(tlog.noteKey('w' + i, 20 + i, 4), text)), tlog.noteLine(log, text)), log.vkey), 0)
  expect('a second, wrong signature', verify(tlog.signedNote(text, tlog.noteLine(log, text),
    tlog.noteLine(log, text + '.')), log.vkey), 1)
  for (const args of [['note'], ['note', 'verify'], ['note', 'verify', '--vkey'], ['log', 'verify', '--dir', '.'], ['proof', 'verify',
    '--vkey', log.vkey, '--entry', 'xyz']]) {
    const { status, out } = run(args, note)
    count[status === 2 && out === '' ? 'passed' : 'failed']++
  }
}

function proofs(entries, leaves, note, size) {
  for (const index of new Set([0, 1, size >> 1, size - 2, size - 1].filter(i => i >= 0 && i < size))) {
    const path = tlog.inclusionPath(leaves, index, 0, size)
    const text = Buffer.from(tlog.proofText(index, path, note))
    const entry = entries[index].toString('hex')
    const verify = (bytes, hex = entry) => run(['proof', 'verify', '--entry', hex, ...keys], bytes)
    expect(`proof ${index} of ${size}`, verify(text), 0, new RegExp(`index ${index}, size ${size}`))
    expect('proof with extra', verify(tlog.proofText(index, path, note, Buffer.from('more'))), 0, /extra/)
    expect('proof of another entry', verify(text, entry + '00'), 1)
    expect('proof of another index', verify(tlog.proofText(index + 1, path, note)), 1)
    expect('proof too long', verify(tlog.proofText(index, [...path, path[0] ?? leaves[0]], note)), 1)
    if (path.length > 0) expect('proof too short', verify(tlog.proofText(index, path.slice(1), note)), 1)
    const head = text.indexOf(Buffer.from(note))
    const places = index === 0 && full ? Array.from({ length: text.length }, (_, i) => i)
      : [...Array.from({ length: 12 }, () => pick(head)), ...Array.from({ length: 6 }, () => pick(text.length))]
    for (const at of places.filter(at => !ignored(text, at))) {
      expect(`proof ${index} of ${size}, byte ${at}`, verify(changed(text, at)), 1)
    }
  }
}

// Changes bytes of a file and puts it back.
function damage(directory, path, places, verify) {
  const bytes = readFileSync(join(directory, path))
  for (const at of places(bytes)) {
    writeFileSync(join(directory, path), changed(bytes, at))
    expect(`${path}, byte ${at}`, verify(), 1, new RegExp(path.replace(/\.p.*/, '')))
  }
  writeFileSync(join(directory, path), bytes.subarray(0, -1))
  expect(`${path} cut`, verify(), 1)
  writeFileSync(join(directory, path), Buffer.concat([bytes, bytes.subarray(0, 1)]))
  expect(`${path} longer`, verify(), 1)
  writeFileSync(join(directory, path), bytes)
}

function sampled(list, most) {
  return list.length <= most ? list : [list[0], list.at(-1), ...Array.from({ length: most - 2 }, () => list[pick(list.length)])]
}

// light: the whole log and its top tile only, for long ones whose size is at a border.
function someLog(size, { everyByte, light }) {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i} `.repeat(i % 7)))
  const leaves = entries.map(tlog.leafHash)
  const root = tlog.treeHash(leaves)
  const note = noteOf(tlog.checkpointText(origin, size, root))
  const files = tlog.logFiles(entries)
  const verify = (...more) => run(['log', 'verify', '--dir', directory, ...keys, ...more])
  const whole = `size ${size}, root ${root.toString('base64')}`.replace(/[+/]/g, '\\$&')
  tlog.writeFiles(directory, new Map([...files, ['checkpoint', note]]))
  expect(`log of ${size}`, verify(), 0, new RegExp(`origin shop\\.example/main, ${whole}, entries ${size}, witnesses 1$`, 'm'))
  if (light) {
    damage(directory, [...files.keys()].at(-1), bytes => [bytes.length - 1], verify)
    rmSync(directory, { recursive: true })
    return
  }
  expect('witness that is not there', verify('--witness', witness2.vkey), 1, /w2/)
  expect('key of somebody else', run(['log', 'verify', '--dir', directory, '--vkey', otherKey.vkey]), 1)
  const noteBytes = Buffer.from(note)
  damage(directory, 'checkpoint', () => (everyByte ? Array.from(noteBytes.keys()) : Array.from({ length: 8 }, () => pick(noteBytes.length)))
    .filter(at => !ignored(noteBytes, at)), verify)
  for (const path of sampled([...files.keys()], full ? 40 : 10)) {
    damage(directory, path, bytes => Array.from({ length: bytes.length > 0 ? 3 : 0 }, () => pick(bytes.length)), verify)
    renameSync(join(directory, path), join(directory, 'away'))
    expect(`${path} missing`, verify(), path.startsWith('tile/entries') ? 0 : 1)
    renameSync(join(directory, 'away'), join(directory, path))
  }
  proofs(entries, leaves, note, size)
  rmSync(join(directory, 'tile/entries'), { recursive: true, force: true })
  expect(`log of ${size} without entries`, verify(), 0, /entries 0,/)
  rmSync(directory, { recursive: true })
}

// The directory of a log that went on: older partial tiles beside the newer, full tiles where the checkpoint asks for
// partial ones.
function grownLog() {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const entries = Array.from({ length: 600 }, (_, i) => Buffer.from(`entry ${i}`))
  const leaves = entries.map(tlog.leafHash)
  const verify = () => run(['log', 'verify', '--dir', directory, ...keys])
  const older = tlog.logFiles(entries.slice(0, 300))
  tlog.writeFiles(directory, new Map([...tlog.logFiles(entries.slice(0, 30)), ...older, ...tlog.logFiles(entries)]))
  const put = size => writeFileSync(join(directory, 'checkpoint'), noteOf(tlog.checkpointText(origin, size,
    tlog.treeHash(leaves, 0, size), 'an extension line')))
  for (const size of [600, 300]) {
    put(size)
    expect(`grown log at ${size}`, verify(), 0, /600|300/)
    for (const path of ['tile/0/000.p/30', 'tile/entries/000.p/30', 'tile/0/001.p/44', 'tile/entries/001.p/44']) {
      damage(directory, path, bytes => [0, bytes.length - 1], verify)
    }
  }
  for (const path of ['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44']) unlinkSync(join(directory, path))
  expect('full tiles only, one partial gone', verify(), 1, /tile\/1\/000\.p\/1/)
  writeFileSync(join(directory, 'tile/1/000.p/1'), older.get('tile/1/000.p/1'))
  expect('a full tile for a partial one', verify(), 0, /size 300.*entries 300/)
  damage(directory, 'tile/0/001', () => [0, 44 * 32 - 1], verify)
  damage(directory, 'tile/entries/001', () => [0, 1, 2, 20], verify)
  rmSync(directory, { recursive: true })
}

function hostileDirectories() {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const verify = () => run(['log', 'verify', '--dir', directory, ...keys])
  const huge = tlog.checkpointText(origin, '9223372036854775807', Buffer.alloc(32))
  expect('no directory', run(['log', 'verify', '--dir', join(directory, 'nowhere'), ...keys]), 1)
  expect('no checkpoint', verify(), 1, /checkpoint/)
  writeFileSync(join(directory, 'checkpoint'), noteOf(huge))
  expect('a size of 2^63 - 1 and no tiles', verify(), 1, /tile\/0\/x/)
  writeFileSync(join(directory, 'checkpoint'), noteOf(tlog.checkpointText(origin, 1, Buffer.alloc(32))))
  mkdirSync(join(directory, 'tile/0/000.p/1'), { recursive: true })
  expect('a folder for a tile', verify(), 1, /plain/)
  rmSync(join(directory, 'tile/0/000.p/1'), { recursive: true })
  spawnSync('mkfifo', [join(directory, 'tile/0/000.p/1')])
  expect('a pipe for a tile', verify(), 1, /plain/)
  unlinkSync(join(directory, 'tile/0/000.p/1'))
  symlinkSync('/dev/zero', join(directory, 'tile/0/000.p/1'))
  expect('a device for a tile', verify(), 1, /plain/)
  writeFileSync(join(directory, 'checkpoint'), noteOf(tlog.checkpointText('two\u2028lines\u0085', 0, tlog.treeHash([]))))
  expect('an origin with line ends of Unicode', verify(), 0, /two\?lines\?/)
  writeFileSync(join(directory, 'checkpoint'), noteOf(tlog.checkpointText(origin, 0, Buffer.alloc(32))))
  expect('an empty log with another root', verify(), 1, /root/)
  rmSync(directory, { recursive: true })
}

// What other software writes, or is said to: names, keys and lines at the edges of the specifications.
function unusualNotes() {
  const text = 'Any text.\n'
  const verify = (bytes, ...vkeys) => run(['note', 'verify', ...vkeys.flatMap(key => ['--vkey', key])], bytes)
  for (const name of ['\u00fcn\u00efc\u00f6de.example/\u2713', 'x:y?z=%20&"<>\\', 'zero\u200bwidth', '\u{1f4d2}', 'n'.repeat(300), '\u2014', '=']) {
    const key = tlog.noteKey(name, 7)
    expect(`name ${name}`, verify(tlog.signedNote(text, tlog.noteLine(key, text)), key.vkey), 0, /signed by/)
  }
  for (const name of ['', 'two words', 'no\u00a0break', 'a+b', 'line\u2028end', 'tab\t']) {
    const key = tlog.noteKey(name, 7)
    expect(`name ${JSON.stringify(name)}`, verify(noteOf(text), key.vkey), 1, /key/)
    expect(`line of ${JSON.stringify(name)}`, verify(noteOf(text, tlog.noteLine(key, text)), log.vkey), 1)
  }
  const line = tlog.noteLine(log, text)
  const twin = { ...tlog.noteKey(origin, 5), id: Buffer.from('00000001', 'hex') }
  const namesake = { ...tlog.noteKey('elsewhere.example', 5), id: log.id }
  expect('unknown keys of the same name or id', verify(tlog.signedNote(text, tlog.noteLine(twin, text + 'x'),
    tlog.noteLine(namesake, text + 'x'), line), log.vkey), 0)
  expect('the same line twice', verify(tlog.signedNote(text, line, line), log.vkey), 0)
  expect('the same key twice', verify(tlog.signedNote(text, line), log.vkey, log.vkey), 0)
  expect('only unknown keys', verify(tlog.signedNote(text, tlog.noteLine(twin, text)), log.vkey), 1, /no known key/)
  const whole = tlog.signedNote(text, line)
  for (const [label, bytes] of Object.entries({
    'CRLF': whole.replaceAll('\n', '\r\n'), 'no last line end': whole.slice(0, -1), 'a line more': `${whole}garbage\n`, 'an empty line more': `${whole}\n`,
    'NUL at the end': `${whole}\0`, 'a byte order mark': `\ufeff${whole}`, 'a hyphen for the dash': whole.replace('\u2014', '-'),
    'two spaces': whole.replace('\u2014 ', '\u2014  '), 'no padding': whole.replace(/=+\n$/, '\n'), 'padding too long': whole.replace(/=\n$/, '==\n'),
    'URL base64': whole.replace(/[A-Za-z0-9](?=[^ ]*\n$)/, '-'), 'no signature': tlog.signedNote(text), 'no text': tlog.signedNote('', line),
  })) expect(label, verify(bytes, log.vkey), 1)
}

function otherKeys() {
  const text = tlog.checkpointText(origin, 12, Buffer.alloc(32, 9))
  const verify = (key, bytes = tlog.signedNote(text, tlog.noteLine(key, text))) => run(['note', 'verify', '--vkey', key.vkey], bytes)
  for (const curve of ['P-256', 'P-384', 'P-521']) {
    const key = tlog.ecdsaKey('witness.example', curve)
    expect(`ECDSA on ${curve}`, verify(key), 0)
    expect(`ECDSA on ${curve}, another text`, verify(key, tlog.signedNote(text + 'x\n', tlog.noteLine(key, text))), 1, /wrong/)
  }
  expect('ECDSA on another curve', verify(tlog.ecdsaKey('witness.example', 'secp256k1')), 1, /P-256/)
  const head = tlog.ecdsaKey(origin, 'P-256', 5)
  expect('a tree head', verify(head), 0)
  for (const [label, other] of Object.entries({ root: text.replace('CQkJ', 'CQkK'), size: text.replace('12', '13'), origin: text.replace('shop', 'shup'), extension: `${text}more\n` })) {
    expect(`a tree head of another ${label}`, verify(head, tlog.signedNote(other, tlog.noteLine(head, text))), 1, /wrong/)
  }
  for (const type of [0, 3, 6, 250, 255]) expect(`a key of type ${type}`, verify(tlog.noteKey(origin, 1, type), noteOf(text)), 1, /type/)
  for (const [label, vkey] of Object.entries({
    'padding': `${log.vkey}=`, 'one byte more': `${log.vkey}AAAA`, 'an id of seven digits': log.vkey.replace(/\+./, '+'), 'a line end': `${log.vkey}\n`,
    'no key': `${origin}+${log.id.toString('hex')}+`, 'garbage for ECDSA': tlog.noteKey(origin, 1, 2).vkey, 'empty': '',
  })) expect(`a key with ${label}`, verify({ vkey }, noteOf(text)), 1, /^bad: key/)
  for (const time of [0n, 1n, 2n ** 63n - 1n]) expect(`cosigned at ${time}`, verify(witness, tlog.signedNote(text, tlog.noteLine(witness, text, time))), 0)
  expect('cosigned at 2^63', verify(witness, tlog.signedNote(text, tlog.noteLine(witness, text, 2n ** 63n))), 1, /wrong/)
  const plain = tlog.noteKey('witness.example/w1', 3)
  expect('a witness known by its plain key', run(['proof', 'verify', '--entry', '', '--vkey', log.vkey, '--witness', plain.vkey],
    tlog.proofText(0, [], noteOf(tlog.checkpointText('another origin, with spaces', 1, tlog.leafHash(''))))), 0, /witnesses 1/)
}

// Checkpoints that are signed and are none, and proofs with lines that are not of a proof.
function unusualLines() {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const root = tlog.leafHash('')
  const put = text => { writeFileSync(join(directory, 'checkpoint'), noteOf(text)); return run(['log', 'verify', '--dir', directory, ...keys]) }
  tlog.writeFiles(directory, tlog.logFiles([Buffer.alloc(0)]))
  expect('extension lines', put(tlog.checkpointText(origin, 1, root, 'one', '  two  ', '\u2014 three x')), 0)
  expect('an empty origin', put(tlog.checkpointText('', 1, root)), 1, /checkpoint/)
  expect('an empty extension line', put(tlog.checkpointText(origin, 1, root, '', 'x')), 1, /checkpoint/)
  for (const size of ['01', '+1', '-1', ' 1', '1 ', '0x1', '', '1e0', '1.0', '1_0', '\u0661', '00', '9223372036854775808', '18446744073709551617', '9'.repeat(400)]) {
    expect(`size ${JSON.stringify(size.slice(0, 30))}`, put(tlog.checkpointText(origin, size, root)), 1, /^bad: checkpoint: /)
  }
  const text = root.toString('base64')
  for (const other of [text.slice(0, -1), `${text}=`, `${text} `, text.replace(/=$/, 'A'), text.slice(0, 40), `${text}${text}`, text.replace(/.=$/, c => `${String.fromCharCode(c.charCodeAt(0) + 1)}=`)]) {
    expect(`root ${other}`, put(`${origin}\n1\n${other}\n`), 1, /^bad: checkpoint: /)
  }
  rmSync(directory, { recursive: true })
  const leaves = [0, 1, 2].map(i => tlog.leafHash(`${i}`))
  const note = noteOf(tlog.checkpointText(origin, 3, tlog.treeHash(leaves)))
  const proof = tlog.proofText(1, tlog.inclusionPath(leaves, 1), note)
  const verify = bytes => run(['proof', 'verify', '--entry', '31', ...keys], bytes)
  expect('a proof', verify(proof), 0)
  for (const index of ['01', '+1', '-1', '1 ', '', 'one', '0x1', '3', '4294967297', '9223372036854775807', '9223372036854775808', '99999999999999999999']) {
    expect(`index ${index}`, verify(proof.replace('index 1\n', `index ${index}\n`)), 1)
  }
  for (const [label, bytes] of Object.entries({
    'another version': proof.replace('@v1', '@v2'), 'extra twice': proof.replace('index', 'extra AAAA\nextra AAAA\nindex'), 'extra behind': proof.replace('index 1\n', 'index 1\nextra AAAA\n'),
    'index twice': proof.replace('index 1\n', 'index 1\nindex 1\n'), 'extra that is not base64': proof.replace('index', 'extra AAA\nindex'), 'CRLF': proof.replaceAll('\n', '\r\n'),
    'a hash without padding': proof.replace('=\n', '\n'), 'a shorter hash': proof.replace(/\n[A-Za-z0-9+/]{4}(?=[^\n]*=\n)/, '\n'), 'two empty lines': proof.replace('\n\n', '\n\n\n'),
    'no empty line': proof.replace('\n\n', '\n'), 'hashes exchanged': proof.replace(/(.*=\n)(.*=\n)/, '$2$1'), 'a line behind': `${proof}\n`, 'nothing': '',
    "another log's checkpoint": tlog.proofText(1, tlog.inclusionPath(leaves, 1), noteOf(tlog.checkpointText(origin, 3, root))),
    'a checkpoint of the same entries and more': tlog.proofText(1, tlog.inclusionPath(leaves, 1), noteOf(tlog.checkpointText(origin, 4, tlog.treeHash([...leaves, root])))),
  })) expect(`a proof with ${label}`, verify(bytes), 1)
}

// Bundles as a web server hands them on, the longest entry, and tile numbers of more than three digits.
function unusualFiles() {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const verify = () => run(['log', 'verify', '--dir', directory, ...keys])
  const entries = [Buffer.alloc(65535, 'e'), Buffer.alloc(0), ...Array.from({ length: 298 }, (_, i) => Buffer.from(`entry ${i}`))]
  const files = tlog.logFiles(entries)
  files.set('checkpoint', noteOf(tlog.checkpointText(origin, 300, tlog.treeHash(entries.map(tlog.leafHash)))))
  tlog.writeFiles(directory, files)
  expect('the longest entry', verify(), 0, /entries 300/)
  for (const path of ['tile/entries/000', 'tile/entries/001.p/44']) {
    const zipped = gzipSync(files.get(path))
    const put = bytes => { writeFileSync(join(directory, path), bytes); return verify() }
    expect(`${path} as gzip`, put(zipped), 0, /entries 300/)
    expect(`${path} as gzip, a byte changed`, put(changed(zipped, zipped.length >> 1)), 1, /gzip/)
    expect(`${path} as gzip, cut`, put(zipped.subarray(0, -1)), 1, /gzip/)
    expect(`${path} as gzip, longer`, put(Buffer.concat([zipped, Buffer.alloc(1)])), 1, /gzip/)
    expect(`${path} as gzip, of other entries`, put(gzipSync(changed(files.get(path), 4))), 1, /entry/)
    put(files.get(path))
  }
  writeFileSync(join(directory, 'tile/entries/000'), gzipSync(Buffer.alloc(64 << 20)))
  expect('gzip of far more', verify(), 1, /gzip/)
  rmSync(directory, { recursive: true })
  deepLog()
}

// 1001 tiles of equal leaves: cheap to make, and the last lies at x001/000.
function deepLog() {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const leaf = tlog.leafHash(''), tile = Buffer.concat(Array(256).fill(leaf)), above = tlog.treeHash(Array(256).fill(leaf))
  const upper = n => Array(n).fill(above)
  const files = new Map(Array.from({ length: 1000 }, (_, n) => [tlog.tilePath(0, n, 256), tile]))
  files.set('tile/0/x001/000.p/1', leaf)
  for (let n = 0; n < 3; n++) files.set(`tile/1/00${n}`, Buffer.concat(upper(256)))
  files.set('tile/1/003.p/232', Buffer.concat(upper(232)))
  files.set('tile/2/000.p/3', Buffer.concat(Array(3).fill(tlog.treeHash(upper(256)))))
  const root = tlog.treeHash([...upper(1000), leaf]) // 256,001 leaves split where these 1001 do
  files.set('checkpoint', noteOf(tlog.checkpointText(origin, 256_001, root)))
  tlog.writeFiles(directory, files)
  const verify = () => run(['log', 'verify', '--dir', directory, ...keys])
  expect('a log of 1001 tiles', verify(), 0, /size 256001/)
  for (const path of ['tile/0/x001/000.p/1', 'tile/0/999', 'tile/2/000.p/3']) damage(directory, path, bytes => [bytes.length - 1], verify)
  rmSync(directory, { recursive: true })
}

notes()
unusualNotes()
otherKeys()
unusualLines()
unusualFiles()
hostileDirectories()
grownLog()
for (const size of [0, 1, 2, 3, 7, 255, 256, 257, 511, 512, ...(full ? [254, 1000, 65_535, 65_539, 131_072, 1_000_003] : [])]) {
  someLog(size, { everyByte: size === 257 || full })
}
for (const size of [65_536, 65_537]) someLog(size, { light: !full })
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed > 0 ? 1 : 0

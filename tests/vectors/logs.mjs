// logs.mjs - logs, notes and proofs of tlog.mjs through the mpos tool: whole ones are accepted, ones with a byte changed
// refused. Prints what went wrong and at the end "N passed, N failed". MPOS_FULL=1 asks for larger logs and more bytes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

function someLog(size, everyByte) {
  const directory = mkdtempSync(join(tmpdir(), 'mpos-log-'))
  const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i} `.repeat(i % 7)))
  const leaves = entries.map(tlog.leafHash)
  const note = noteOf(tlog.checkpointText(origin, size, tlog.treeHash(leaves)))
  const files = tlog.logFiles(entries)
  const verify = (...more) => run(['log', 'verify', '--dir', directory, ...keys, ...more])
  const whole = `size ${size}, root ${tlog.treeHash(leaves).toString('base64')}`.replace(/[+/]/g, '\\$&')
  tlog.writeFiles(directory, new Map([...files, ['checkpoint', note]]))
  expect(`log of ${size}`, verify(), 0, new RegExp(`origin shop\\.example/main, ${whole}, entries ${size}, witnesses 1$`, 'm'))
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

notes()
hostileDirectories()
grownLog()
for (const size of [0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 65_536 + 3, ...(full ? [254, 1000, 65_535, 65_536, 131_072, 1_000_003] : [])]) {
  someLog(size, size === 257 || full)
}
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed > 0 ? 1 : 0

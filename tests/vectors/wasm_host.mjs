/*
 * The WASM module as a host: reads records { u32 size, question } and answers each with { u32 size, answer } (see
 * extension/core/answer.h) until its input ends. Sizes are big-endian.
 */
import { readFileSync, readSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.BUILD ?? `${root}/build`;
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(`${build}/wasm/mpos_core.wasm`)), {});

/* Exactly `size` bytes, null at the end of the input. */
function read(size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const got = readSync(0, bytes, at, size - at, null);
    if (got === 0) return null;
    at += got;
  }
  return bytes;
}

function write(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

function answer(question) {
  if (question.length > exports.input_size()) return Buffer.from([0, 6]); // TOO_MANY
  new Uint8Array(exports.memory.buffer, exports.input(), question.length).set(question);
  const size = exports.answer(question.length);
  return Buffer.from(new Uint8Array(exports.memory.buffer, exports.output(), size));
}

for (let head = read(4); head !== null; head = read(4)) {
  const bytes = answer(read(head.readUInt32BE(0)));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  write(Buffer.concat([size, bytes]));
}

// Spoiling bytes. Everything is drawn from `below(n)`, so that a seed repeats it.

export const pick = (below, list) => list[below(list.length)];

export function bytes(below, length) {
  return Buffer.from(Array.from({ length }, () => below(256)));
}

const spoilers = [
  (below, data, at) => { const copy = Buffer.from(data); copy[at] = below(256); return copy; },
  (below, data, at) => { const copy = Buffer.from(data); copy[at] ^= 1 << below(8); return copy; },
  (below, data, at) => Buffer.concat([data.subarray(0, at), bytes(below, 1 + below(40)), data.subarray(at)]),
  (below, data, at) => Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + below(20))]),
  (below, data, at) => Buffer.concat([data.subarray(0, at), data.subarray(below(at + 1))]),
  (below, data, at) => data.subarray(0, at),
  (below, data, at) => Buffer.concat([data.subarray(0, at), Buffer.from(pick(below, ['\0', '\r\n', '\n', '\r\n\r\n', ' ', '\t', '%00', '%', '\xff'])), data.subarray(at)]),
];

/** One to four spoilings of the data. */
export function spoil(below, data) {
  let out = data;
  for (let n = 1 + below(4); n > 0 && out.length > 0; n -= 1) out = pick(below, spoilers)(below, out, below(out.length));
  return out;
}

/** The data in pieces: as one, as two to five, or byte by byte. */
export function pieces(below, data) {
  const kind = below(10);
  if (kind < 5) return [data];
  if (kind === 9 && data.length < 400) return Array.from(data, (_, i) => data.subarray(i, i + 1));
  const cuts = Array.from({ length: 1 + below(4) }, () => below(data.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => data.subarray(from, cuts[i])).filter((part) => part.length > 0);
}

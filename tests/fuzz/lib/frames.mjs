// WebSocket conversations: frames that may be, frames that may not, and messages of the protocol with wrong members.
import { bytes, pick, spoil } from './bytes.mjs';

/** A frame as a client sends it; every field may lie. */
function frame(below, payload, { opcode = 1, fin = true, rsv = 0, masked = true, length = payload.length } = {}) {
  const wide = length > 65535 ? 8 : length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + wide);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (wide === 8 ? 127 : wide === 2 ? 126 : length);
  if (wide === 2) head.writeUInt16BE(length, 2);
  if (wide === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = bytes(below, 4);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

const odd = [null, true, -1, 1.5, 2 ** 53, 1e308, '', 'x', '\u0000', [], {}, [[]], { k: 'auth' }, 'a'.repeat(5000)];

function message(below, world) {
  const one = pick(below, [
    { k: 'auth', ticket: world.ticket() },
    { k: 'auth', ticket: 'x' },
    { k: 'sub', id: below(5), s: `o:${world.outlet}`, epoch: below(3), seq: below(50) - 1, h8: '0000000000000000', topics: ['order', 'kitchen'] },
    { k: 'sub', id: 1, s: `o:${world.foreign}`, epoch: 0, seq: -1, h8: '0000000000000000', topics: ['kitchen'] },
    { k: 'unsub', id: below(5) },
    { k: 'unsub', s: `o:${world.outlet}` },
    { k: 'ack', s: `o:${world.outlet}`, seq: below(100) },
    { k: 'hb', t: below(1e9) },
    { k: 'nothing' },
  ]);
  for (let n = below(3); n > 0; n -= 1) {
    const name = pick(below, Object.keys(one));
    if (below(3)) one[name] = pick(below, odd);
    else delete one[name];
  }
  return Buffer.from(JSON.stringify(one));
}

const badText = [[0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xc0, 0x80], [0xe2, 0x82]].map((list) => Buffer.from(list));

function* conversation(below, world) {
  if (below(2)) yield frame(below, Buffer.from(JSON.stringify({ k: 'auth', ticket: world.ticket() })));
  for (let n = 1 + below(12); n > 0; n -= 1) {
    const said = message(below, world);
    switch (below(14)) {
      case 0: yield frame(below, said, { masked: false }); break;
      case 1: yield frame(below, said, { rsv: 1 + below(7) }); break;
      case 2: yield frame(below, said, { opcode: pick(below, [2, 3, 7, 11, 15]) }); break;
      case 3: yield frame(below, said, { length: pick(below, [said.length + 1, 126, 65536, 2 ** 32, Number.MAX_SAFE_INTEGER]) }); break;
      case 4: yield frame(below, Buffer.concat([said, pick(below, badText)])); break;
      case 5: yield frame(below, Buffer.alloc(below(126 + below(200)), 0x61), { opcode: pick(below, [9, 10]), fin: below(8) > 0 }); break;
      case 6: yield frame(below, pick(below, [[], [3], [3, 232], [3, 237], [0, 0], [15, 160], [3, 233, 0xff], [255, 255]].map((list) => Buffer.from(list))), { opcode: 8 }); break;
      case 7: { // one message in several frames, perhaps with a ping between or without an end
        const at = below(said.length);
        yield frame(below, said.subarray(0, at), { fin: false });
        if (below(2)) yield frame(below, Buffer.from('p'), { opcode: 9 });
        if (below(4)) yield frame(below, said.subarray(at), { opcode: below(5) ? 0 : 1 });
        break;
      }
      case 8: yield frame(below, said, { opcode: 0 }); break;
      case 9: yield frame(below, Buffer.alloc(pick(below, [4095, 4096, 4097, 65535, 65536, 65537, 200000]), 0x20)); break;
      case 10: yield bytes(below, below(200)); break;
      case 11: yield spoil(below, frame(below, said)); break;
      case 12: yield frame(below, Buffer.from(pick(below, ['{', '[]', '1', '"k"', 'null', '{"k":1}', '{"k":"sub","k":"auth"}', `${'['.repeat(3000)}`, '\ufeff{}']))); break;
      default: yield frame(below, said);
    }
  }
}

const shakes = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Protocol: mpos.v1', 'Upgrade: websocket', 'Connection: Upgrade'];

/** The handshake, mostly a good one, and what follows it. */
export function frameCase(below, world) {
  let lines = [...shakes];
  if (!below(10)) lines = lines.filter(() => below(4) > 0);
  if (!below(10)) lines.push(pick(below, ['Origin: https://evil.example', 'Sec-WebSocket-Extensions: permessage-deflate; x="', 'Content-Length: 5', 'Transfer-Encoding: chunked', 'Sec-WebSocket-Key: x']));
  const shake = Buffer.from(`GET /v1/ws HTTP/1.1\r\nHost: mpos.test\r\n${lines.join('\r\n')}\r\n\r\n`);
  return { shake, data: Buffer.concat([...conversation(below, world)]), end: below(3) === 0, reset: below(3) === 0, early: below(6) === 0 };
}

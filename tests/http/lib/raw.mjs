// Bytes on a plain connection: for everything that a well-behaved client library would not send.
import { once } from 'node:events';
import net from 'node:net';

/** Opens a connection; `received` collects what comes. */
export async function connect(url) {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  socket.received = Buffer.alloc(0);
  socket.on('data', (part) => { socket.received = Buffer.concat([socket.received, part]); });
  socket.on('error', () => {});
  socket.gone = new Promise((done) => { socket.on('close', done); });
  await once(socket, 'connect');
  return socket;
}

/** Sends, then reads until the server closes or a whole answer has come. */
export async function exchange(url, ...parts) {
  const socket = await connect(url);
  for (const part of parts) if (!socket.destroyed) socket.write(part);
  await Promise.race([socket.gone, answered(socket)]);
  socket.destroy();
  return head(socket.received);
}

function head(bytes) {
  const text = bytes.toString('latin1');
  const status = Number(text.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0);
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  return { status, text, json: body.startsWith('{') ? JSON.parse(body) : undefined };
}

function answered(socket) {
  const whole = () => {
    const text = socket.received.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const length = Number(text.match(/content-length: *(\d+)/i)?.[1] ?? 0);
    return end >= 0 && text.length >= end + 4 + length;
  };
  return new Promise((done) => {
    socket.on('data', () => { if (whole()) done(); });
  });
}

/** One WebSocket frame as a client sends it; every field can be spoiled. */
export function frame(payload, { opcode = 1, fin = true, rsv = 0, masked = true, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let header;
  if (size < 126) header = Buffer.from([first, maskBit | size]);
  else if (size < 65536) header = Buffer.from([first, maskBit | 126, size >> 8, size & 255]);
  else {
    header = Buffer.alloc(10);
    header[0] = first;
    header[1] = maskBit | 127;
    header.writeBigUInt64BE(BigInt(size), 2);
  }
  // A mask of zeros leaves the payload as it is and is allowed.
  return Buffer.concat([header, masked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

/** An upgraded connection whose server hello has come. */
export async function upgrade(url, headers = '') {
  const socket = await connect(url);
  socket.write(`GET /v1/ws HTTP/1.1\r\nHost: ${new URL(url).host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mpos.v1\r\n${headers}\r\n`);
  const said = (text) => socket.received.includes(text);
  await new Promise((done) => {
    const look = () => { if (said('"hello"') || (said('HTTP/1.1 ') && !said('HTTP/1.1 101'))) done(); };
    socket.on('data', look);
    socket.gone.then(done);
  });
  return socket;
}

/** The code of the close frame that the server sent, or 0. */
export function closeCode(bytes) {
  const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  for (let at = 0; at + 2 <= body.length;) {
    const opcode = body[at] & 15;
    const short = body[at + 1] & 127;
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = wide === 2 ? body.readUInt16BE(at + 2) : wide === 8 ? Number(body.readBigUInt64BE(at + 2)) : short;
    if (opcode === 8) return size >= 2 ? body.readUInt16BE(at + 2) : 1005;
    at += 2 + wide + size;
  }
  return 0;
}

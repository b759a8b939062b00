#!/usr/bin/env node
// Copies an outlet's events into a file, each once: MPOS_PIN=1234 consume-events.mjs URL TENANT OUTLET STAFF FILE
import { appendFileSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const [url, tenant, outlet, staff, file] = process.argv.slice(2);
const written = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
const whole = written.lastIndexOf(10) + 1; // a crash may have left half a line: it never happened
if (whole < written.length) truncateSync(file, whole);
let cursor = whole ? JSON.parse(written.toString('utf8', 0, whole).trim().split('\n').pop()).next : '';
let token;
const out = openSync(file, 'a');
async function call(method, path, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 401) token = undefined;
  return answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status} ${await answer.text()}`));
}
for (let again = 0; ; await wait(again)) {
  try {
    token ??= (await call('POST', '/v1/auth/pin', { tenant, outlet, staff, pin: process.env.MPOS_PIN })).token;
    const page = await call('GET', `/v1/events?limit=100${cursor && `&from=${cursor}`}`);
    if (page.events.length) appendFileSync(out, `${JSON.stringify(page)}\n`); // events and cursor: both or neither
    fsyncSync(out);
    [cursor, again] = [page.next, page.more ? 0 : 1000];
  } catch (error) {
    console.error(error.message);
    again = 2000;
  }
}

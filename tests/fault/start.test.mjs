// Several starts at once, as the suites make them: what only one may do at a time.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../lib/stack.mjs';

const run = promisify(execFile);
const count = `
set -euo pipefail
. ${root}/server/run/lib.sh
add_one() { local n; n=$(cat "$1/n"); printf '%s\\n' $((n + 1)) >"$1/n"; }
refuse() { return 7; }
`;

test('who asks for a directory that somebody has waits; what fails gives it back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mpos-start-'));
  try {
    writeFileSync(join(folder, 'n'), '0\n');
    const script = `${count} for i in 1 2 3 4 5; do alone "$1" add_one "$1"; if alone "$1" refuse; then exit 1; else [ $? = 7 ]; fi; done`;
    await Promise.all(Array.from({ length: 8 }, () => run('bash', ['-c', script, 'bash', folder])));
    assert.equal(readFileSync(join(folder, 'n'), 'utf8'), '40\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is kept is started again when it dies, and not when it ends', async () => {
  const script = `${count} sleep() { echo "pause $1"; }; note() { echo "runs as $1"; }
    program() { local n; add_one "$1"; n=$(cat "$1/n"); [ $n != 2 ] || kill -KILL $BASHPID; [ $n = 4 ] || exit 3; }
    keep note program "$1"; echo "after $(cat "$1/n")"`;
  const folder = mkdtempSync(join(tmpdir(), 'mpos-start-'));
  try {
    writeFileSync(join(folder, 'n'), '0\n');
    const { stdout } = await run('bash', ['-c', script, 'bash', folder]);
    const lines = stdout.replace(/runs as \d+/g, 'runs').trim().split('\n');
    assert.deepEqual(lines, ['runs', 'program ended with 3 and is started again in 1 s', 'pause 1', 'runs', 'program ended with 137 and is started again in 2 s', 'pause 2',
      'runs', 'program ended with 3 and is started again in 4 s', 'pause 4', 'runs', 'after 4']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

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

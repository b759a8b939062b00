// A psql that stays open: for tests that hold a lock or a transaction while something else happens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export class SqlSession {
  constructor(stack) {
    this.child = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', 'mpos'], { env: { ...process.env, ...stack.env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.text = '';
    this.child.stdout.on('data', (part) => { this.text += part; });
    this.mark = 0;
    this.ended = once(this.child.stdout, 'end').then(() => { throw new Error(`psql has ended: ${this.text}`); });
    this.ended.catch(() => {}); // who asks is told; an end nobody waits for is no fault
    this.child.stdin.on('error', () => {}); // a write after the end: as above
  }

  /** Runs SQL and resolves with its output. */
  async query(sql) {
    this.mark += 1;
    const end = `--${this.mark}--\n`;
    this.text = '';
    this.child.stdin.write(`${sql};\n\\echo --${this.mark}--\n`);
    while (!this.text.includes(end)) await Promise.race([once(this.child.stdout, 'data'), this.ended]);
    return this.text.slice(0, this.text.indexOf(end)).trim();
  }

  /** Resolves when somebody waits for a lock. */
  async someoneWaits() {
    while (await this.query('SELECT count(*) FROM pg_locks WHERE NOT granted') === '0');
  }

  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin.end();
    await once(this.child, 'exit');
  }
}

// A running M_POS of its own for a test: private cluster, migrations, demo tenants, mposd on free ports, all in one
// temporary directory that goes away with it. Words: stack (all of it), cluster (PostgreSQL), mposd.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const run = promisify(execFile);
const asRoot = process.getuid() === 0;
const readyTimeout = 30000;

async function script(name, args, env) {
  try {
    return (await run(`${root}/server/run/${name}`, args, { env, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    throw new Error(`${name} ${args.join(' ')} failed\n${error.stdout}${error.stderr}`);
  }
}

/**
 * A TCP port that nobody listens on now, below those that the kernel gives to outgoing connections: one of these may
 * hold a port in the seconds until the server that it is for starts, or starts again.
 */
export async function freePort() {
  for (;;) {
    const server = createServer().listen(randomInt(10000, 32000), '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if (error.code === 'EADDRINUSE') continue;
      throw error;
    }
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
  }
}

function parse(text) {
  return Object.fromEntries(text.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** Everything that outlives a forgotten stop(): ended when this process ends, however it ends. */
const living = new Set();
function endAll() {
  for (const stack of living) stack.endNow();
}
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]));
}

/** PostgreSQL with the schema, without mposd. */
class Cluster {
  async start({ settings = '', tenants = [] } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'mpos-test-'));
    living.add(this);
    this.base = { ...process.env, MPOS_RUN_DIR: `${this.folder}/run`, MPOS_PG_PORT: '54104', MPOS_PG_SETTINGS: settings };
    // The service user has to pass through the folder that root made for itself.
    if (asRoot) execFileSync('chmod', ['711', this.folder]);
    const prepared = (await run(`${root}/tests/lib/prepared.sh`, tenants)).stdout.trim();
    await run('cp', ['-a', prepared, `${this.folder}/run`]);
    await script('cluster.sh', ['start'], this.base);
    this.env = parse(await script('cluster.sh', ['env'], this.base));
    this.runDir = this.env.MPOS_RUN_REAL;
    this.pgData = `${this.runDir}/pg`;
    this.conninfo = this.env.MPOS_DB;
    this.contextKeyFile = this.env.MPOS_CONTEXT_KEY_FILE;
    return this;
  }

  get psqlEnv() {
    return { ...process.env, ...this.env };
  }

  /** Superuser SQL; resolves to the unaligned output without its last newline. */
  async psql(sql, { database = 'mpos' } = {}) {
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql];
    const { stdout } = await run('psql', args, { env: this.psqlEnv, maxBuffer: 1 << 28 });
    return stdout.replace(/\n$/, '');
  }

  async psqlFile(path) {
    const { stdout } = await run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', path], { env: this.psqlEnv, maxBuffer: 1 << 28 });
    return stdout;
  }

  get postmasterPid() {
    return Number(readFileSync(`${this.pgData}/postmaster.pid`, 'utf8').split('\n')[0]);
  }

  /** stop, up again with the data as they are, or restore and an archive. */
  async cluster(...command) {
    await script('cluster.sh', command, this.base);
  }

  /** Starts the postmaster again, after a kill too, and waits until it takes connections. */
  async restartPostgres() {
    if (existsSync(`${this.pgData}/postmaster.pid`)) await gone(this.postmasterPid);
    await script('cluster.sh', ['up'], this.base);
  }

  async stop() {
    await this.stopServices();
    living.delete(this);
    if (process.env.MPOS_KEEP) console.error(`kept: ${this.folder}`);
    else rmSync(this.folder, { recursive: true, force: true });
  }

  async stopServices() {
    await script('cluster.sh', ['stop', 'immediate'], this.base);
  }

  /** The same without waiting for promises: for a process that is about to end. */
  endNow() {
    this.child?.kill('SIGKILL');
    this.signerChild?.kill('SIGKILL');
    for (const one of this.others ?? []) one.child.kill('SIGKILL');
    try {
      execFileSync(`${root}/server/run/cluster.sh`, ['stop', 'immediate'], { env: this.base, stdio: 'ignore' });
      if (!process.env.MPOS_KEEP) rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // what never started cannot be stopped
    }
  }
}

/**
 * Resolves once a process that was killed has gone, unless it lives on for ten seconds (then it was not killed). One that
 * its parent has not yet taken note of is still there: PostgreSQL's lock file would take it for a running postmaster.
 */
export async function gone(pid) {
  const end = Date.now() + 10000;
  while (alive(pid) && Date.now() < end) await new Promise((done) => setImmediate(done));
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A program as a child, with its log in the run directory. */
class Program {
  constructor(child) {
    this.child = child;
    this.pid = child.pid;
    this.exited = once(child, 'exit');
  }

  get lives() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal and resolves with [code, signal] once the process has ended. */
  async kill(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.exited;
  }
}

/** Resolves when /readyz answers 200; rejects with the end of the log when mposd ends or takes too long. */
async function ready({ url, mposd, log }) {
  const end = Date.now() + readyTimeout;
  while (Date.now() < end && mposd.child.exitCode === null && mposd.child.signalCode === null) {
    try {
      const answer = await fetch(`${url}/readyz`);
      await answer.arrayBuffer();
      if (answer.ok) return;
    } catch {
      // not listening yet
    }
    // Between two looks only; nothing depends on its length.
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`mposd is not ready: exit ${mposd.child.exitCode ?? mposd.child.signalCode}\n${log().slice(-4000)}`);
}

class Stack extends Cluster {
  others = new Set();

  async start({ tenants = ['cafe', 'shop'], env = {}, signer = false, witnesses, ...options } = {}) {
    await super.start({ tenants, ...options });
    this.httpPort = await freePort();
    this.url = `http://127.0.0.1:${this.httpPort}`;
    // Suites sign in as often as they like; tests/http/rate.test.mjs looks at the limits.
    this.serverEnv = { MPOS_HTTPS_PORT: '0', MPOS_RATE_SIGN_IN: 'off', ...env };
    this.logFile = `${this.runDir}/log/mposd.log`;
    this.programs = this.reachablePrograms();
    if (signer) await this.startSigner({ witnesses });
    await this.startMposd();
    return this;
  }

  /** The service user may be unable to enter the checkout; then mposd and the pages are copied beside the data. */
  reachablePrograms() {
    if (!asRoot) return `${root}/build`;
    try {
      execFileSync('setpriv', ['--reuid=mposrun', '--regid=mposrun', '--init-groups', '--', 'test', '-x', `${root}/build/bin/mposd`]);
      return `${root}/build`;
    } catch {
      const copy = `${this.runDir}/app`;
      for (const part of ['bin', 'web']) cpSync(`${root}/build/${part}`, `${copy}/${part}`, { recursive: true });
      chownSync(copy, ...execFileSync('id', ['-u', 'mposrun']).toString().split('\n').slice(0, 1).map(Number), 0);
      return copy;
    }
  }

  /** mposd as the service user; `program` names another binary of it. */
  spawnMposd(log, settings, program = `${this.programs}/bin/mposd`) {
    const env = {
      ...process.env, ...this.env, HOME: this.runDir, MPOS_BIND: '127.0.0.1', MPOS_WEB_DIR: `${this.programs}/web`, ...settings,
    };
    const [command, args] = asRoot ? ['setpriv', ['--reuid=mposrun', '--regid=mposrun', '--init-groups', '--', program]] : [program, []];
    return spawn(command, args, { env, cwd: '/', stdio: ['ignore', log, log] });
  }

  async startMposd() {
    this.child = this.spawnMposd(openSync(this.logFile, 'a'), { MPOS_HTTP_PORT: String(this.httpPort), ...this.serverEnv });
    this.mposd = new Program(this.child);
    await this.ready();
  }

  /**
   * A further mposd at the same database, with settings of its own; MPOS_HTTPS_PORT 'free' takes a free port. Resolves when it is
   * ready: {url, port, tlsPort, log(), program, stop()}; with {fails: true} when it has refused to start: {status, log()}.
   */
  async another(settings = {}, { program, fails = false } = {}) {
    const file = `${this.runDir}/log/mposd-${this.others.size + 1}.log`;
    const port = await freePort();
    const tlsPort = settings.MPOS_HTTPS_PORT === 'free' ? await freePort() : 0;
    const env = { MPOS_HTTP_PORT: String(port), ...settings, MPOS_HTTPS_PORT: String(tlsPort) };
    const child = new Program(this.spawnMposd(openSync(file, 'a'), env, program));
    const log = () => readFileSync(file, 'utf8');
    const one = { url: `http://127.0.0.1:${port}`, port, tlsPort, log, program: child, stop: () => child.kill() };
    this.others.add(child);
    if (fails) {
      const started = ready({ url: `http://127.0.0.1:${port}`, mposd: child, log }).then(() => child.kill(), () => {});
      const [status] = await child.exited;
      await started;
      return { status, log };
    }
    await ready({ url: one.url, mposd: child, log });
    return one;
  }

  get signerEnv() {
    return { ...this.base, MPOS_SIGNER_BIN: `${this.programs}/bin/mpos-signer` };
  }

  /** Starts the signer, with a file of witnesses when one is named. Its first start makes key and memory. */
  async startSigner({ witnesses } = {}) {
    if (witnesses) this.witnesses = witnesses;
    await script('signer.sh', ['init'], this.signerEnv);
    this.signerDir = `${this.runDir}/signer`;
    this.signerLogFile = `${this.runDir}/log/signer.log`;
    const log = openSync(this.signerLogFile, 'a');
    const env = { ...this.signerEnv, MPOS_LOG_LEVEL: 'debug', ...(this.witnesses && { MPOS_WITNESSES: this.witnesses }) };
    this.signerChild = spawn(`${root}/server/run/signer.sh`, ['exec', 'run'], { env, cwd: '/', stdio: ['ignore', log, log] });
    this.signer = new Program(this.signerChild);
  }

  /** Runs one of the signer's commands to its end; resolves to what it printed, rejects when it fails. */
  async signerTool(...args) {
    return (await script('signer.sh', ['exec', ...args], this.signerEnv)).trim();
  }

  signerLog() {
    return readFileSync(this.signerLogFile, 'utf8');
  }

  ready() {
    return ready({ url: this.url, mposd: this.mposd, log: () => this.log() });
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Ends mposd; resolves to its exit status, or the signal's name when it was killed by one. */
  async stopMposd(signal = 'SIGTERM') {
    const [code, by] = await this.mposd.kill(signal);
    return code ?? by;
  }

  /** Starts mposd again on the same port; ends the running one first. */
  async restartMposd(env = {}) {
    if (this.mposd.child.exitCode === null && this.mposd.child.signalCode === null) await this.mposd.kill('SIGTERM');
    Object.assign(this.serverEnv, env);
    await this.startMposd();
  }

  /** What a program that ended by a fault of its own has left behind is told, whatever the tests saw of it. */
  throwCrash() {
    const faults = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE'];
    if (faults.includes(this.child?.signalCode)) throw new Error(`mposd ended with ${this.child.signalCode}\n${this.log().slice(-4000)}`);
  }

  async stop() {
    this.throwCrash();
    await super.stop();
  }

  async stopServices() {
    await Promise.all([...this.others].filter((one) => one.lives).map((one) => one.kill('SIGKILL')));
    if (this.signer && this.signerChild.exitCode === null && this.signerChild.signalCode === null) await this.signer.kill('SIGKILL');
    if (this.mposd && this.mposd.child.exitCode === null && this.mposd.child.signalCode === null) await this.mposd.kill('SIGKILL');
    await super.stopServices();
  }
}

/**
 * Starts a stack. Options: tenants (['cafe', 'shop'] by default), env (settings of mposd), settings (lines of
 * postgresql.conf), signer (true starts it), witnesses (its file of witnesses).
 */
export async function startStack(options) {
  const stack = new Stack();
  try {
    return await stack.start(options);
  } catch (error) {
    stack.endNow();
    living.delete(stack);
    throw error;
  }
}

/** Only the database: env, psql, pgData, stop. */
export async function startCluster(options) {
  const cluster = new Cluster();
  try {
    return await cluster.start(options);
  } catch (error) {
    cluster.endNow();
    living.delete(cluster);
    throw error;
  }
}

// Runs a command beside a cluster of its own: node cluster.mjs COMMAND ARGUMENT... ; the cluster's environment (PGHOST and
// so on) is set for it, its exit status is ours.
import { spawnSync } from 'node:child_process';
import { startCluster } from './stack.mjs';

const [command, ...args] = process.argv.slice(2);
const cluster = await startCluster();
const { status, error } = spawnSync(command, args, { env: cluster.psqlEnv, stdio: 'inherit' });
await cluster.stop();
if (error) throw error;
process.exitCode = status ?? 1;

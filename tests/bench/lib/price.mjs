// How long a sale of ten lines takes to price: natively (price.c), and in the module as a page does it, forms included.
// The fastest of many rounds: whatever disturbs only adds.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here('../../..');
const rounds = 200;
const times = 200;

function build(folder) {
  const program = `${folder}/price`;
  execFileSync(process.env.CC ?? 'cc', ['-std=gnu17', '-O2', '-Wall', '-Wextra', `-I${root}/extension/core`, '-o', program,
    here('../price.c'), `${root}/build/lib/libmposcore.a`], { stdio: 'inherit' });
  return program;
}

/** The forms that the program wrote: each with its size before it. */
function forms(program, file) {
  execFileSync(program, [file]);
  const bytes = readFileSync(file);
  const size = bytes.readUInt32BE(0);
  return { rules: bytes.subarray(4, 4 + size), basket: bytes.subarray(8 + size) };
}

function inModule({ rules, basket }) {
  const { exports: core } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(`${root}/build/wasm/mpos_core.wasm`)), {});
  const memory = new Uint8Array(core.memory.buffer);
  memory.set(rules, core.rules());
  memory.set(basket, core.input());
  if (core.load_rules(rules.length) !== 0 || core.sell(basket.length) < 0) throw new Error('the module does not sell');
  const nanoseconds = () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < times; i++) core.sell(basket.length);
    return Number(process.hrtime.bigint() - start) / times;
  };
  return Math.min(...Array.from({ length: rounds }, nanoseconds));
}

/** Nanoseconds: sold (basket to cart), priced (sold and priced), a page's whole work natively and in the module. */
export function priceTimes(folder) {
  const program = build(folder);
  const [sold, priced, whole] = execFileSync(program, { encoding: 'utf8' }).trim().split(' ').map(Number);
  return { sold, priced, 'with forms': whole, 'with forms, WASM': inModule(forms(program, `${folder}/price.forms`)) };
}

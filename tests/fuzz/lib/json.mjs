// Bodies made from the schemas of docs/openapi.yaml, then spoiled: as values, and as text.
import { operations, resolve } from '../../http/lib/schema.mjs';
import { pick, spoil } from './bytes.mjs';

const hex = (below, n) => Array.from({ length: n }, () => below(16).toString(16)).join('');

function uuid(below, world) {
  if (below(3)) return pick(below, world.ids);
  return `${hex(below, 8)}-${hex(below, 4)}-7${hex(below, 3)}-8${hex(below, 3)}-${hex(below, 12)}`;
}

/** Patterns of the contract are answered by example; what none fits gets letters. */
const examples = ['1', '0.19', '0.5', 'abc', 'demo-cafe', '101', '1234', 'R1', 'a'.repeat(64), '0'.repeat(64), '2026-11-21T10:00:00.000000Z', '0.-1.0000000000000000', 'EUR', 'Europe/Berlin', 'A1'];

function string(schema, below, world) {
  if (schema.format === 'uuid') return uuid(below, world);
  if (schema.format === 'date-time') return '2026-11-21T10:00:00.000000Z';
  if (schema.format === 'date') return '2026-11-21';
  if (schema.pattern) {
    const fits = examples.filter((text) => new RegExp(schema.pattern).test(text));
    return fits.length ? pick(below, fits) : 'x';
  }
  const length = Math.max(schema.minLength ?? 0, Math.min(below(12), schema.maxLength ?? 12));
  return Array.from({ length }, () => pick(below, ['a', 'Z', '0', ' ', 'é', '€', '漢', '"', '\\', '<'])).join('');
}

/** An instance that the schema allows, as far as the schema says. */
export function instance(node, below, world, depth = 0) {
  const schema = resolve(node) ?? {};
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(below, schema.enum);
  if (schema.oneOf ?? schema.anyOf) return instance(pick(below, schema.oneOf ?? schema.anyOf), below, world, depth);
  switch (Array.isArray(schema.type) ? pick(below, schema.type) : schema.type) {
    case 'string': return string(schema, below, world);
    case 'integer': case 'number': return (schema.minimum ?? 0) + below(Math.min(1000, (schema.maximum ?? 1000) - (schema.minimum ?? 0) + 1));
    case 'boolean': return below(2) === 1;
    case 'null': return null;
    case 'array': return Array.from({ length: Math.max(schema.minItems ?? 0, depth > 6 ? 0 : below(4)) }, () => instance(schema.items, below, world, depth + 1));
    default: return Object.fromEntries(Object.entries(schema.properties ?? {})
      .filter(([name]) => (schema.required ?? []).includes(name) || (depth < 6 && below(2)))
      .map(([name, member]) => [name, instance(member, below, world, depth + 1)]));
  }
}

const odd = [null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 1e308, -1e308, 5e-324, '', ' ', 'x', '\u0000', '\ud800', '\u202e', '-1', '0.0000000001', '1e5', '９', '4111111111111111', "'; DROP TABLE pos.orders; --",
  '__proto__', [], {}, [null], { a: { b: {} } }, 'y'.repeat(70000)];

/** A new one each time: it may be spoiled further. */
const strange = (below) => structuredClone(pick(below, odd));

/** Replaces, removes, doubles or adds somewhere in the value. */
function twist(below, value) {
  const places = [];
  const walk = (at, holder, key) => {
    places.push([holder, key]);
    if (at && typeof at === 'object') for (const name of Object.keys(at)) walk(at[name], at, name);
  };
  const root = { value };
  walk(value, root, 'value');
  const [holder, key] = pick(below, places);
  switch (below(5)) {
    case 0: if (holder !== root) delete holder[key]; break;
    case 1: if (holder[key] && typeof holder[key] === 'object') holder[key][pick(below, ['extra', '', '__proto__', 'id', 'a\u0000b'])] = strange(below); break;
    case 2: if (Array.isArray(holder[key])) holder[key] = Array(below(300)).fill(holder[key][0] ?? 1).map((one) => structuredClone(one)); break;
    default: holder[key] = strange(below);
  }
  return root.value;
}

const rawTwists = [
  (below, text) => `${'['.repeat(1 + below(5000))}${text}`,
  (below, text) => text.replace(/"([a-z_]+)":/, (whole) => `${whole}1,${whole}`),
  (below, text) => text.replace(/\d+/, () => pick(below, ['1e999', '-0', '00', '1.0', '9'.repeat(400), '.5', 'NaN', '0x1', '1E-400'])),
  (below, text) => text.replace(/"[^"]*"/, () => pick(below, ['"\\ud800"', '"\\u0000"', '"\\x"', '"\t"', '"\\ud83d\\u0041"', "'a'"])),
  (below, text) => `\ufeff${text}`,
  (below, text) => text + text,
];

function path(operation, below, world) {
  return operation.path.replace(/\{[^}]+\}/g, () => (below(4) ? uuid(below, world) : encodeURIComponent(String(pick(below, odd)).slice(0, 300).replace(/[\ud800-\udfff]/g, ''))));
}

function query(operation, below, world) {
  const given = operation.parameters.filter((one) => one.in === 'query' && below(2));
  return given.map(({ name, schema }) => `${name}=${encodeURIComponent(String(below(2) ? instance(schema, below, world) : pick(below, odd)).slice(0, 300).replace(/[\ud800-\udfff]/g, ''))}`).join('&');
}

/** {method, path, headers, body} for any endpoint but the sockets. */
export function jsonCase(below, world) {
  const operation = pick(below, operations.filter((one) => !world.without.includes(one.operationId)));
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const headers = { authorization: `Bearer ${world.token}`, 'idempotency-key': `f${below(1e9)}` };
  let body;
  if (schema) {
    let value = instance(schema, below, world);
    for (let n = below(3); n > 0; n -= 1) value = twist(below, value);
    let text = JSON.stringify(value) ?? '';
    if (!below(6)) text = pick(below, rawTwists)(below, text);
    body = below(8) ? Buffer.from(text) : spoil(below, Buffer.from(text.length ? text : ' '));
    headers['content-type'] = below(30) ? 'application/json' : pick(below, ['text/plain', 'application/json; charset=x', '']);
    headers['content-length'] = String(body.length);
  }
  const search = query(operation, below, world);
  return { method: operation.method.toUpperCase(), path: path(operation, below, world) + (search ? `?${search}` : ''), headers, body };
}

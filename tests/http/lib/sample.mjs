// The smallest request that the contract allows for an operation, with ids of nothing. What it gives away is its own scope.
import { randomUUID } from 'node:crypto';
import { resolve } from './schema.mjs';

function value(schema, scope) {
  const s = resolve(schema);
  if (s.oneOf) return value(s.oneOf[0], scope);
  if (s.enum) return s.enum.includes(scope) ? scope : s.enum[0];
  if (s.format === 'uuid') return randomUUID();
  if (s.type === 'array') return Array.from({ length: s.minItems ?? 0 }, () => value(s.items, scope));
  if (s.type === 'object') return Object.fromEntries((s.required ?? []).map((name) => [name, value(s.properties[name], scope)]));
  if (s.type === 'integer') return s.minimum ?? 1;
  if (s.type === 'boolean') return false;
  return s.pattern ? sampleOf(s) : 'x'.repeat(Math.max(s.minLength ?? 1, 1));
}

const texts = ['1', '0', 'AAA', '00:00', '2000-01-01T00:00', '1111', 'a', '0'.repeat(64), `0.0.${'0'.repeat(16)}`, '000', '0/000'];

function sampleOf({ pattern, minLength = 0 }) {
  const found = texts.find((text) => text.length >= minLength && new RegExp(pattern).test(text));
  if (found === undefined) throw new Error(`no sample for ${pattern}`);
  return found;
}

/** {method, path, json} of an operation of schema.mjs. */
export function sampleRequest(op) {
  const schema = op.requestBody?.content['application/json'].schema;
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => value(op.parameters.find((one) => one.name === name).schema));
  const query = op.parameters.filter((one) => one.in === 'query' && one.required).map((one) => `${one.name}=${value(one.schema)}`);
  return { method: op.method.toUpperCase(), path: query.length ? `${path}?${query.join('&')}` : path, json: schema && value(schema, op['x-mpos-scope']) };
}

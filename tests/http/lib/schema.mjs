// Checks answers against docs/openapi.yaml: the JSON Schema subset that the contract uses, nothing more.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const api = parse(readFileSync(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8'));

const formats = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
};
const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Follows $ref; members beside it (descriptions, limits) win. */
export function resolve(node) {
  if (!node || node.$ref === undefined) return node;
  const { $ref, ...rest } = node;
  const target = $ref.slice(2).split('/').reduce((at, part) => at[part], api);
  return { ...resolve(target), ...rest };
}

/** What addresses of the path look like; a parameter with x-mpos-rest takes slashes too. */
function pattern(path, parameters) {
  const rest = new Set(parameters.filter((one) => one['x-mpos-rest']).map((one) => one.name));
  return new RegExp(`^${path.replace(/\{([^}]+)\}/g, (_, name) => (rest.has(name) ? '.+' : '[^/]+'))}$`);
}

/** Every operation of the contract with its parameters resolved. */
export const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  methods.filter((method) => item[method]).map((method) => ({
    path, method, ...item[method],
    parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
    pattern: pattern(path, [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve)),
  })));

export function findOperation(method, path) {
  const bare = path.split('?')[0];
  return operations.find((op) => op.method === method.toLowerCase() && op.pattern.test(bare));
}

function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isSafeInteger(value) ? 'integer' : typeof value;
}

function checkString(schema, value, at, out) {
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) out.push(`${at}: "${value}" is not ${schema.pattern}`);
  if (schema.format && formats[schema.format] && !formats[schema.format].test(value)) out.push(`${at}: "${value}" is no ${schema.format}`);
  if (schema.minLength > value.length || schema.maxLength < value.length) out.push(`${at}: length ${value.length}`);
}

function checkObject(schema, value, at, out) {
  for (const name of schema.required ?? []) if (!(name in value)) out.push(`${at}: ${name} is missing`);
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties?.[name];
    if (known) check(known, member, `${at}/${name}`, out);
    else if (schema.additionalProperties === false || (schema.properties && at !== '')) out.push(`${at}/${name}: not in the contract`);
  }
}

/** Appends one line per violation to `out`. Members that the contract does not list are violations too. */
export function check(schema, value, at = '', out = []) {
  const s = resolve(schema);
  if (s.oneOf) {
    if (s.oneOf.filter((one) => check(one, value, at, []).length === 0).length !== 1) out.push(`${at}: fits not exactly one form`);
    return out;
  }
  const type = typeOf(value);
  const wanted = s.type === undefined ? [] : [].concat(s.type);
  if (wanted.length && !wanted.includes(type) && !(type === 'integer' && wanted.includes('number'))) {
    out.push(`${at}: ${type} instead of ${wanted.join('|')}`);
    return out;
  }
  if (s.enum && !s.enum.includes(value)) out.push(`${at}: ${JSON.stringify(value)} is not one of ${s.enum}`);
  if (type === 'string') checkString(s, value, at, out);
  if (type === 'integer' && (value < s.minimum || value > s.maximum)) out.push(`${at}: ${value} is out of range`);
  if (type === 'object') checkObject(s, value, at, out);
  if (type === 'array') {
    if (value.length < s.minItems || value.length > s.maxItems) out.push(`${at}: ${value.length} elements`);
    if (s.items) value.forEach((member, i) => check(s.items, member, `${at}/${i}`, out));
  }
  return out;
}

/** Violations of one answer: status, media type and body as the contract has them. */
export function checkAnswer(method, path, answer) {
  const op = findOperation(method, path);
  if (!op) return answer.type === 'application/problem+json' ? check(api.components.schemas.Problem, answer.json) : [];
  const response = resolve(op.responses[answer.status] ?? op.responses.default);
  if (!response) return [`status ${answer.status} is not in the contract`];
  if (!response.content) return answer.bytes.length ? ['a body where none belongs'] : [];
  const media = answer.type;
  if (!response.content[media]) return [`media type ${media} instead of ${Object.keys(response.content)}`];
  const { schema } = response.content[media];
  if (media === 'text/plain' || media === 'application/octet-stream') return [];
  const out = check(schema, answer.json);
  if (answer.status >= 400 && answer.json?.status !== answer.status) out.push('status differs from the problem');
  return out;
}

// Makes the server's route table from docs/openapi.yaml. Usage: node routes.mjs OPENAPI OUT.c
import { readFileSync, writeFileSync } from 'node:fs';
import { operations } from './openapi.mjs';

const BODY_MAX_DEFAULT = 262144;
const LOCALS = ['sign_in', 'approval', 'staff_pin', 'refresh', 'sign_in_password', 'password_change', 'totp_enrol', 'totp_confirm', 'totp_disable', 'staff_password', 'oidc_start', 'oidc_callback', 'oidc_finish', 'identity_provider', 'pair', 'device_sign_in', 'ws_ticket', 'ws', 'healthz', 'readyz', 'metrics', 'log', 'published'];
const quoted = (text) => (text === undefined || text === null ? 'NULL' : JSON.stringify(text));

function scopeOf(operation) {
  const scope = operation['x-mpos-scope'];
  return scope ? `MPOS_SCOPE_${scope.toUpperCase().replaceAll('.', '_')}` : '0';
}

function paramRow({ name, schema }, prefix) {
  const type = schema.type === 'integer' ? 'ROUTE_INTEGER' : schema.format === 'uuid' ? 'ROUTE_UUID' : 'ROUTE_STRING';
  const words = schema.enum ? `${prefix}_${name}` : 'NULL';
  const lengthMax = schema.maxLength ?? 256;
  return `    {${quoted(name)}, ${type}, ${schema.minimum ?? 0}, ${schema.maximum ?? 0}, ${lengthMax}, ${quoted(schema.pattern)}, ${words}},`;
}

/** The class of limits: as the document says, else by who may ask and how much work it is. */
function rateOf(operation, method) {
  const open = !operation['x-mpos-scope'];
  const slow = operation['x-mpos-lane'] === 'slow';
  const rate = operation['x-mpos-rate'] ?? (open ? (method === 'GET' ? 'public' : 'sign_in') : slow ? 'heavy' : 'call');
  return `LIMIT_${rate.toUpperCase()}`; // an unknown one does not compile
}

/** A parameter with x-mpos-rest takes the rest of the path, slashes too: {name*} in the table. */
function template(path, parameters) {
  return parameters.filter((one) => one['x-mpos-rest']).reduce((text, { name }) => text.replace(`{${name}}`, `{${name}*}`), path);
}

function route({ path, method, operation, parameters, query }, out) {
  const prefix = `words_${operation.operationId}`;
  for (const { name, schema } of query) {
    if (schema.enum) out.push(`static const char *const ${prefix}_${name}[] = {${schema.enum.map(quoted).join(', ')}, NULL};`);
  }
  const params = query.length ? `params_${operation.operationId}` : 'NULL';
  if (query.length) out.push(`static const route_param ${params}[] = {`, ...query.map((one) => paramRow(one, prefix)), '};');
  const local = operation['x-mpos-local'];
  if (local && !LOCALS.includes(local)) throw new Error(`${operation.operationId}: unknown x-mpos-local ${local}`);
  if (!local && !operation['x-mpos-operation']) throw new Error(`${operation.operationId}: neither operation nor local`);
  const write = method === 'POST' && !local;
  const needsKey = write && !operation['x-mpos-no-key'];
  return `    {${[
    quoted(method), quoted(template(path, parameters)), quoted(operation['x-mpos-operation']), scopeOf(operation),
    local ? `ROUTE_${local.toUpperCase()}` : 'ROUTE_OPERATION', rateOf(operation, method), operation['x-mpos-lane'] === 'slow',
    needsKey, Boolean(operation.requestBody),
    operation['x-mpos-body-max'] ?? BODY_MAX_DEFAULT, params, query.length,
  ].join(', ')}},`;
}

const [source, target] = process.argv.slice(2);
const list = operations(readFileSync(source, 'utf8'));
const out = ['/* Made by server/gen/routes.mjs from docs/openapi.yaml. */', '#include "http/route.h"', '', '#include "context.h"', ''];
const rows = list.map((one) => route(one, out));
const bodyMax = Math.max(...list.map(({ operation }) => operation['x-mpos-body-max'] ?? BODY_MAX_DEFAULT));
out.push('', 'const route routes[] = {', ...rows, '};', 'const size_t routes_count = sizeof routes / sizeof routes[0];',
  `const size_t routes_body_max = ${bodyMax};`, '');
writeFileSync(target, out.join('\n'));

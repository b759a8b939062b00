// Makes docs/reference/endpoints.md from docs/openapi.yaml. Usage: node reference.mjs OPENAPI OUT.md
import { readFileSync, writeFileSync } from 'node:fs';
import { operations } from './openapi.mjs';

function bodyOf({ operation }) {
  const ref = operation.requestBody?.content?.['application/json']?.schema?.$ref;
  return ref ? `\`${ref.split('/').pop()}\`` : '-';
}

function answersOf({ operation }) {
  return Object.entries(operation.responses).filter(([status]) => /^\d/.test(status)).map(([status, { content }]) => {
    const ref = content?.['application/json']?.schema?.$ref;
    return ref ? `${status} \`${ref.split('/').pop()}\`` : status;
  }).join(', ');
}

function parametersOf({ parameters }) {
  return parameters.map(({ name, in: place, required, schema }) => {
    const limits = [schema.type, schema.format, schema.enum?.join(' \\| '),
      schema.minimum !== undefined ? `${schema.minimum} to ${schema.maximum}` : null,
      schema.maxLength ? `at most ${schema.maxLength} characters` : null].filter(Boolean).join(', ');
    return `* \`${name}\` (${place}${required ? ', required' : ''}): ${limits}`;
  });
}

function section(one) {
  const { method, path, operation } = one;
  return [
    `### ${method} ${path}`, '', operation.summary, '',
    ...(operation.description ? [operation.description.trim(), ''] : []),
    '| scope | body | answers |', '|---|---|---|',
    `| ${operation['x-mpos-scope'] ? `\`${operation['x-mpos-scope']}\`` : 'none'} | ${bodyOf(one)} | ${answersOf(one)} |`, '',
    ...(one.parameters.length ? [...parametersOf(one), ''] : []),
  ];
}

const [source, target] = process.argv.slice(2);
const list = operations(readFileSync(source, 'utf8'));
const out = ['# Endpoints', '', '<!-- Made by server/gen/reference.mjs from docs/openapi.yaml, which is the contract. -->', '',
  'Schemas are named as in `docs/openapi.yaml`. Errors are problems with a code of [errors.md](errors.md).', ''];
for (const tag of new Set(list.map(({ operation }) => operation.tags[0]))) {
  out.push(`## ${tag[0].toUpperCase()}${tag.slice(1)}`, '', ...list.filter(({ operation }) => operation.tags[0] === tag).flatMap(section));
}
writeFileSync(target, `${out.join('\n').trimEnd()}\n`);

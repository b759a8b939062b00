// Makes constants or a page from extension/core/errors.def.
// Usage: node errors.mjs ERRORS.def (--typescript | --markdown) OUT
import { readFileSync, writeFileSync } from 'node:fs';

const [source, form, target] = process.argv.slice(2);

/** [{name, sqlstate, status, code, title}] and the group comments between them. */
function parse(text) {
  const rows = [];
  for (const line of text.split('\n')) {
    const comment = line.match(/^\/\* (.+) \*\/$/);
    const error = line.match(/^MPOS_ERROR\((\w+), "(\w+)", (\d+), "(\w+)", "(.+)"\)$/);
    if (comment) rows.push({ group: comment[1] });
    else if (error) {
      const [, name, sqlstate, status, code, title] = error;
      rows.push({ name, sqlstate, status: Number(status), code, title });
    } else if (line.startsWith('MPOS_ERROR')) throw new Error(`cannot read: ${line}`);
  }
  return rows;
}

function typescript(rows) {
  const errors = rows.filter((row) => row.code);
  return [
    '// Made by server/gen/errors.mjs from extension/core/errors.def.',
    'export const ERRORS = {',
    ...errors.map(({ code, sqlstate, status, title }) =>
      `  ${code}: { status: ${status}, sqlstate: '${sqlstate}', title: ${JSON.stringify(title)} },`),
    '} as const;',
    '',
    'export type ErrorCode = keyof typeof ERRORS;',
    '',
  ].join('\n');
}

function markdown(rows) {
  const out = [
    '# Error codes', '',
    '<!-- Made by server/gen/errors.mjs from extension/core/errors.def. -->', '',
    'Every error is an RFC 9457 problem (`application/problem+json`) with a stable `code`. `field`, where given, is a JSON',
    'pointer into the body or the name of a parameter. Inside the database the same error has the SQLSTATE. Answers with',
    '503 and 429 carry `Retry-After`; repeat a write with the same `Idempotency-Key`.', '',
  ];
  for (const row of rows) {
    if (row.group) out.push('', `## ${row.group[0].toUpperCase()}${row.group.slice(1)}`, '', '| code | status | SQLSTATE | meaning |', '|---|---|---|---|');
    else out.push(`| \`${row.code}\` | ${row.status} | ${row.sqlstate} | ${row.title} |`);
  }
  return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

const rows = parse(readFileSync(source, 'utf8'));
const make = { '--typescript': typescript, '--markdown': markdown }[form];
if (!make || !target) throw new Error('usage: errors.mjs ERRORS.def (--typescript | --markdown) OUT');
writeFileSync(target, make(rows));

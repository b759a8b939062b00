// Makes the page about templates from their schema.
// Usage: node templates.mjs template.schema.json OUT
import { readFileSync, writeFileSync } from 'node:fs';

const [source, target] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(source, 'utf8'));

function resolve(node) {
  if (node.$ref === undefined) return node;
  const { $ref, ...rest } = node;
  return { ...schema.$defs[$ref.split('/').at(-1)], ...rest };
}

const code = (text) => `\`${String(text).replaceAll('|', '\\|')}\``;

/** Limits of a value in words. */
function form(node) {
  const { type, pattern, minimum, maximum, minLength, maxLength, minItems, maxItems } = node;
  const words = [node.enum ? node.enum.map(code).join(', ') : [type].flat().join(' or ')];
  if (pattern) words.push(code(pattern));
  if (minimum !== undefined) words.push(`${minimum} to ${maximum}`);
  if (maxLength !== undefined) words.push(`${minLength ?? 0} to ${maxLength} characters`);
  if (maxItems !== undefined) words.push(`${minItems ?? 0} to ${maxItems} elements`);
  return words.join(', ');
}

/** Lines of the table for an object's members, and of what lies in them. */
function members(place, node) {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const value = resolve(member);
    const needed = (node.required ?? []).includes(name) ? 'yes' : '';
    const here = `${place}${name}`;
    const inner = value.type === 'array' ? resolve(value.items) : value;
    const element = value.type === 'array' && inner.type !== 'object' ? `; each ${form(inner)}` : '';
    return [
      `| ${code(here)} | ${needed} | ${form(value)}${element} | ${value.description ?? ''} |`,
      ...(inner.type === 'object' ? members(`${here}${value.type === 'array' ? '[].' : '.'}`, inner) : []),
    ];
  });
}

writeFileSync(target, `${[
  '# Templates', '',
  '<!-- Made by server/gen/templates.mjs from tenants/template.schema.json. -->', '',
  `${schema.description}`, '',
  'A template is a JSON file. [tenants/template.schema.json](../../tenants/template.schema.json) is its schema (JSON Schema 2020-12): the tool',
  'reads it, and so does an editor when the file names it as `$schema`. Beyond the schema, codes are unique in their list (barcodes, numbers and',
  'PINs of people too), what is referred to must be there (`category`, `taxes`, `groups`, `station`, items of a `combo`, `role`, `timezone`), combos',
  'hold no combos, `min` is at most `max` and the number of modifiers, and a role `manager` with the right `staff.write` exists.', '',
  'The first fault is named in one line, file, place and reason: `mpos: my.json: $.items[3].taxes[1]: there is no tax "red"`. Nothing is made then.', '',
  '| member | needed | form | |', '|---|---|---|---|',
  ...members('', schema),
].join('\n')}\n`);

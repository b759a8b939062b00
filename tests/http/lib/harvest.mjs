// Ids of a business, found in what it reads about itself: every list of the contract is read, so that a new endpoint's ids are known
// without being named anywhere.
import { operations } from './schema.mjs';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const singular = (word) => word.replace(/ies$/, 'y').replace(/xes$/, 'x').replace(/sses$/, 'ss').replace(/([^s])s$/, '$1');

/** "order_id" of {"order_id": "..."} and of {"orders": [{"id": "..."}]} and {"order": {"id": "..."}}. */
function collect(value, name, ids) {
  if (Array.isArray(value)) value.forEach((one) => collect(one, singular(name), ids));
  else if (value && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === 'string' && uuid.test(member)) ids[key === 'id' ? `${name}_id` : key] ??= member;
      else collect(member, key, ids);
    }
  }
}

/** Everything that can be read with a method GET and no more than what is harvested already. */
export async function harvest(client) {
  const ids = {};
  const reads = operations.filter((op) => op.method === 'get' && op['x-mpos-operation'] && op.security?.length !== 0);
  for (const op of [...reads].sort((a, b) => a.path.split('{').length - b.path.split('{').length)) {
    const needed = op.parameters.filter((one) => one.required && one.in !== 'header').map((one) => one.name);
    if (needed.some((one) => !ids[one])) continue;
    const path = op.path.replace(/\{(\w+)\}/g, (_, name) => ids[name]);
    const query = op.parameters.filter((one) => one.in === 'query' && one.required).map((one) => `${one.name}=${ids[one.name]}`).join('&');
    const answer = await client.get(path + (query && `?${query}`));
    if (answer.json) collect(answer.json, singular(path.split('/').at(-1).split('?')[0]), ids);
  }
  return ids;
}

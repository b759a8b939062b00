// Reads docs/openapi.yaml for the generators.
import { createRequire } from 'node:module';

// The one dependency comes with the web pages' packages, or is found as usual.
function yaml() {
  for (const base of [new URL('../web/package.json', import.meta.url), import.meta.url]) {
    try {
      return createRequire(base)('yaml');
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error('the package "yaml" is missing: run npm ci in server/web');
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function resolve(document, value) {
  if (!value?.$ref) return value;
  const parts = value.$ref.replace(/^#\//, '').split('/');
  return resolve(document, parts.reduce((at, part) => at[part], document));
}

/** [{path, method, operation, parameters, query}] in the order of the document, references resolved. */
export function operations(text) {
  const document = yaml().parse(text);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
        .map((one) => resolve(document, one))
        .map((one) => ({ ...one, schema: resolve(document, one.schema) }));
      return { path, method: method.toUpperCase(), operation, parameters, query: parameters.filter((one) => one.in === 'query') };
    }));
}

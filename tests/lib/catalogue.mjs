// The published catalogue as one document, put together from its manifest, menu and chunks of items.

/** Items in the order in which pages show them. */
function shown(categories, items) {
  const sort = new Map(categories.map((one) => [one.id, one.sort]));
  return items.sort((a, b) => sort.get(a.category_id) - sort.get(b.category_id) || a.sort - b.sort || (a.code < b.code ? -1 : 1));
}

/** read(path) -> the JSON of GET path. */
export async function catalogueBy(read) {
  const manifest = await read('/v1/catalogue');
  const part = ({ hash }) => read(`/v1/published/${hash}`);
  const [menu, ...chunks] = await Promise.all([manifest.menu, ...manifest.items].map(part));
  return { ...manifest, ...menu, items: shown(menu.categories, chunks.flatMap((chunk) => chunk.items)) };
}

/** The catalogue that a client of tests/http/lib may read; fails with the server's answer. */
export function readCatalogue(client) {
  return catalogueBy(async (path) => {
    const answer = await client.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.bytes}`);
    return answer.json;
  });
}

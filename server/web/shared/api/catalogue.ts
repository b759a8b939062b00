/* The published catalogue, put together from its manifest, menu and chunks of items. */
import { get } from './client';
import type { Catalogue, CatalogueItems, CatalogueManifest, CatalogueMenu, CataloguePart } from './types';

async function part<T>({ hash }: CataloguePart): Promise<T> {
  return (await get<T>(`/v1/published/${hash}`)).body;
}

/** The catalogue with its hash; null when it still is the one of that hash. */
export async function readCatalogue(known?: string): Promise<{ document: Catalogue; hash: string } | null> {
  const answer = await get<CatalogueManifest>('/v1/catalogue', known ? `"${known}"` : undefined);
  if (answer.status === 304) return null;
  const { items: parts, menu: menuPart, rules: _, ...manifest } = answer.body;
  const [menu, ...chunks] = await Promise.all([part<CatalogueMenu>(menuPart), ...parts.map((p) => part<CatalogueItems>(p))]);
  const sort = new Map(menu.categories.map((one) => [one.id, one.sort]));
  const place = (id: string): number => sort.get(id) ?? 0;
  const items = chunks
    .flatMap((chunk) => chunk.items)
    .sort((a, b) => place(a.category_id) - place(b.category_id) || a.sort - b.sort || (a.code < b.code ? -1 : 1));
  return { document: { ...manifest, ...menu, items }, hash: (answer.etag ?? '').replace(/^W\/|"/g, '') };
}

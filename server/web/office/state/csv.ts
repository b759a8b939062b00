/*
 * CSV in and out. The server takes and gives rows in batches; files are read and written here. Words: batch (rows of one call),
 * dry run (looking at every batch before the first is written).
 */
import { get, post } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { root } from './catalogue';

export const tables = ['items', 'variants', 'prices', 'categories'] as const;
export type Table = (typeof tables)[number];

interface ExportPage {
  columns: string[];
  rows: string[][];
  next: string | null;
}

async function* pages(table: Table): AsyncGenerator<ExportPage> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ExportPage = (await get<ExportPage>(`${root}/export?kind=${table}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).body;
    yield page;
    cursor = page.next;
  }
}

/** The whole table, with the names of its columns first. */
export async function exportTable(table: Table, onRows: (n: number) => void, stopped: () => boolean): Promise<string[][]> {
  const all: string[][] = [];
  for await (const { columns, rows } of pages(table)) {
    if (stopped()) break;
    if (all.length === 0) all.push(columns);
    all.push(...rows);
    onRows(all.length - 1);
  }
  return all;
}

export interface ImportRow {
  line: number;
  cells: string[];
}

export interface ImportError {
  line: number;
  column: string;
  code: string;
  detail: string;
}

export interface BatchAnswer {
  done: boolean;
  made: number;
  changed: number;
  unchanged: number;
  errors: ImportError[];
  more_errors: number;
}

export const batchRows = 1000;
const batchTimeoutMs = 60_000;

export async function importBatch(table: Table, columns: string[], rows: ImportRow[], dryRun: boolean): Promise<BatchAnswer> {
  return (await post<BatchAnswer>(`${root}/import`, { kind: table, columns, rows, dry_run: dryRun }, newId(), batchTimeoutMs)).body;
}

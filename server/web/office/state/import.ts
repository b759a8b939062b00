/*
 * Importing a file: it is read here, looked at by the server batch by batch, and written when nothing is wrong. It goes on while
 * one is on another page. Words: job (one file on its way), line (where a row stands in the file).
 */
import { signal } from '@preact/signals';
import Papa from 'papaparse';
import { o } from '../i18n/words';
import { batchRows, importBatch, type ImportError, type ImportRow, type Table } from './csv';
import { freshPreview } from './preview';
import { refusal, type Refusal } from './problem';

export type Phase = 'checking' | 'checked' | 'writing' | 'done' | 'stopped';

export interface Job {
  table: Table;
  file: string;
  columns: string[];
  phase: Phase;
  total: number;
  /** Rows that have been looked at or written. */
  at: number;
  startedAt: number;
  made: number;
  changed: number;
  unchanged: number;
  errors: ImportError[];
  moreErrors: number;
  problem: Refusal | null;
}

const shownErrors = 1000;
/* Spreadsheets write these with the decimal sign of their country. */
const decimals = new Set(['price', 'floor', 'min_qty']);

export const job = signal<Job | null>(null);

let rows: ImportRow[] = [];
let stopping = false;

function change(part: Partial<Job>): void {
  job.value = { ...job.value!, ...part };
}

/* Files of older spreadsheets are not UTF-8. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

const lineBreaks = (cells: string[]): number => cells.reduce((n, cell) => n + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
const plainDecimal = (cell: string): string => (/^\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell);

/* Rows with the lines that they stand on: a cell may have lines of its own. */
function read(text: string): { columns: string[]; rows: ImportRow[] } {
  const parsed = Papa.parse<string[]>(text, { header: false, skipEmptyLines: false });
  let line = 1;
  let columns: string[] | null = null;
  const found: ImportRow[] = [];
  for (const cells of parsed.data) {
    const here = line;
    line += 1 + lineBreaks(cells);
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (columns === null) columns = cells.map((cell) => cell.trim().toLowerCase());
    else found.push({ line: here, cells: cells.map((cell, n) => (decimals.has(columns![n] ?? '') ? plainDecimal(cell.trim()) : cell.trim())) });
  }
  return { columns: columns ?? [], rows: found };
}

/* Every batch in turn; ends early when it is stopped or cannot go on. */
async function run(dryRun: boolean): Promise<boolean> {
  const { table, columns } = job.value!;
  stopping = false;
  change({ phase: dryRun ? 'checking' : 'writing', at: 0, startedAt: Date.now(), made: 0, changed: 0, unchanged: 0, errors: [], moreErrors: 0, problem: null });
  for (let from = 0; from < rows.length; from += batchRows) {
    if (stopping) {
      change({ phase: 'stopped' });
      return false;
    }
    const batch = rows.slice(from, from + batchRows);
    const answer = await importBatch(table, columns, batch, dryRun);
    const { made, changed, unchanged, errors, moreErrors } = job.value!;
    const room = Math.max(0, shownErrors - errors.length);
    change({
      at: from + batch.length,
      made: made + answer.made,
      changed: changed + answer.changed,
      unchanged: unchanged + answer.unchanged,
      errors: [...errors, ...[...answer.errors].sort((a, b) => a.line - b.line).slice(0, room)],
      moreErrors: moreErrors + answer.more_errors + Math.max(0, answer.errors.length - room),
    });
    if (!dryRun && !answer.done) {
      change({ phase: 'stopped' });
      return false;
    }
  }
  return true;
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (e) {
    change({ phase: 'stopped', problem: refusal(e) });
  }
}

/** Reads a file and looks at all of it; nothing is written. */
export async function checkFile(table: Table, file: File): Promise<void> {
  job.value = { table, file: file.name, columns: [], phase: 'checking', total: 0, at: 0, startedAt: Date.now(), made: 0, changed: 0, unchanged: 0, errors: [], moreErrors: 0, problem: null };
  await guarded(async () => {
    const found = read(await textOf(file));
    rows = found.rows;
    change({ columns: found.columns, total: rows.length });
    if (rows.length === 0) change({ phase: 'stopped', problem: { field: null, code: 'invalid', text: o('import.empty') } });
    else if (await run(true)) change({ phase: 'checked' });
  });
}

/** Writes what was looked at. */
export async function writeFile(): Promise<void> {
  await guarded(async () => {
    if (await run(false)) change({ phase: 'done' });
  });
  freshPreview();
}

export function stop(): void {
  stopping = true;
}

export function forget(): void {
  stopping = true;
  rows = [];
  job.value = null;
}

/* The settings of the calculation: one row for the whole business. */
import { get, post } from '../../shared/api/client';
import { root } from './catalogue';
import { list } from './lists';
import type { RuleSettings } from './rules';

export interface SettingsRow {
  id: 'settings';
  version: number;
  definition: RuleSettings;
}

interface Answer {
  settings: Omit<SettingsRow, 'id'>;
}

const path = `${root}/settings`;
const named = (answer: Answer): SettingsRow => ({ id: 'settings', ...answer.settings });

/** A list with one row, so that it is read and dropped as all others are. */
export const settings = list<SettingsRow>(async () => [named((await get<Answer>(path)).body)]);

export async function writeSettings(row: SettingsRow, definition: RuleSettings, key?: string): Promise<SettingsRow> {
  const saved = named((await post<Answer>(path, { version: row.version, definition }, key)).body);
  settings.put(saved);
  return saved;
}

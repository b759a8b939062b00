/* A refusal in plain words, and the field of the form that it belongs to. */
import { ApiError } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';

export interface Refusal {
  /** Name of the field, null when it is about the whole. */
  field: string | null;
  text: string;
  code: string;
}

const words: Record<string, OfficeKey> = {
  forbidden: 'problem.forbidden',
  name_taken: 'problem.name_taken',
  id_taken: 'problem.name_taken',
  last_manager: 'problem.last_manager',
  role_in_use: 'problem.role_in_use',
  device_state: 'problem.device_state',
  licence_limit: 'problem.licence_limit',
  licence_invalid: 'problem.licence_invalid',
  card_number_refused: 'problem.card_number',
  password_weak: 'problem.password_weak',
  bad_credentials: 'problem.bad_credentials',
  second_factor_required: 'problem.second_factor',
  rate_limited: 'problem.rate_limited',
  not_found: 'problem.not_found',
  version_conflict: 'problem.version_conflict',
  row_in_use: 'problem.row_in_use',
  unknown_reference: 'problem.unknown_reference',
  modifier_rule: 'problem.modifier_rule',
  coupon_unknown: 'problem.coupon_unknown',
  rules_invalid: 'problem.rules_invalid',
  variant_rule: 'problem.variant_rule',
  missing_field: 'problem.missing',
  out_of_range: 'problem.range',
  invalid_value: 'problem.invalid',
  tenant_suspended: 'problem.suspended',
};

/** What a form says when a field cannot be read. */
export const wrong = (field: string, text: string): Refusal => ({ field, text, code: 'invalid' });

/** Never fails: what is not a refusal is a missing answer. */
export function refusal(e: unknown): Refusal {
  if (!(e instanceof ApiError)) return { field: null, text: o('problem.offline'), code: 'offline' };
  const { code, field } = e.problem;
  const name = field?.split('/').find((part) => part !== '' && part !== 'definition') ?? null;
  if (code === 'locked_out') return { field: name, code, text: t('signin.locked', { n: Math.ceil(e.retryAfterMs / 1000) }) };
  const known = words[code];
  const text = known ? o(known) : `${e.message} (${code})`;
  /* Of several rows the one that is meant, counted as people do. */
  const nth = /\/(\d+)(\/|$)/.exec(field ?? '')?.[1];
  return { field: name, code, text: nth === undefined ? text : `${o('lines.nth', { n: Number(nth) + 1 })}: ${text}` };
}

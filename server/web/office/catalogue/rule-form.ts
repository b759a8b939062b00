/* What the forms of rules have in common: what is typed and what is sent. */
import { session } from '../../shared/api/client';
import { o } from '../i18n/words';
import { fractionOf, minorOf, percentOf, signedMinorOf, typedAmount } from '../state/limits';
import { wrong, type Refusal } from '../state/problem';
import type { Ruled } from '../state/rules';

export const exponent = (): number => session.value!.outlet.exponent;

export interface Named {
  code: string;
  name: string;
}

export interface Ranked extends Named {
  priority: string;
}

export const named = (row: Named | null): Named => ({ code: row?.code ?? '', name: row?.name ?? '' });

export const ranked = (row: Ruled<unknown> | null): Ranked => ({ ...named(row), priority: String(row?.priority ?? 0) });

/** A code that nothing else is likely to have, from a name. */
export const codeOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue').replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 32);

export const amountText = (minor: number | null | undefined): string => (minor === null || minor === undefined ? '' : typedAmount(minor, exponent()));
export const percentText = (fraction: string | null | undefined): string => (fraction ? percentOf(fraction) : '');

/** Reads fields one after the other; the first that cannot be read is what the form says. */
export class Reader {
  problem: Refusal | null = null;

  private refuse(field: string, text: string): undefined {
    this.problem ??= wrong(field, text);
    return undefined;
  }

  /** Minor units; undefined for an empty field that may be. */
  amount(field: string, typed: string, needed = false): number | undefined {
    if (!needed && typed.trim() === '') return undefined;
    return minorOf(typed, exponent()) ?? this.refuse(field, o('field.amount.wrong'));
  }

  /** An amount that may be below zero; nothing typed is zero. */
  signed(field: string, typed: string): number | undefined {
    return signedMinorOf(typed.trim() || '0', exponent()) ?? this.refuse(field, o('field.amount.wrong'));
  }

  percent(field: string, typed: string, needed = false): string | undefined {
    if (!needed && typed.trim() === '') return undefined;
    return fractionOf(typed) ?? this.refuse(field, o('field.percent.wrong'));
  }

  whole(field: string, typed: string, needed = false): number | undefined {
    if (!needed && typed.trim() === '') return undefined;
    return /^-?\d{1,9}$/.test(typed.trim()) ? Number(typed) : this.refuse(field, o('field.whole.wrong'));
  }

  qty(field: string, typed: string, needed = false): string | undefined {
    if (!needed && typed.trim() === '') return undefined;
    const plain = typed.trim().replace(',', '.');
    return /^\d{1,9}(\.\d{1,6})?$/.test(plain) && Number(plain) > 0 ? plain : this.refuse(field, o('field.qty.wrong'));
  }

  /** What was read, or what cannot be. */
  done(body: Record<string, unknown>): Record<string, unknown> | Refusal {
    return this.problem ?? body;
  }
}

/** Without members that were left out. */
export const given = <T extends object>(all: T): T => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;

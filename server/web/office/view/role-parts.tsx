/* Parts of a role's form: rights as grouped checkboxes, limits that can be lifted. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import type { OfficeKey } from '../i18n/en';
import type { Refusal } from '../state/problem';
import { may, scopeGroups, type ScopeGroup } from '../state/rights';
import { Field } from './field';
import { scopeWord } from './scope-words';

export function Scopes(props: { held: string[]; locked: boolean; without?: string[]; onChange: (scopes: string[]) => void }): JSX.Element {
  const { held, locked, onChange } = props;
  const toggle = (scope: string): void => onChange(held.includes(scope) ? held.filter((s) => s !== scope) : [...held, scope]);
  return (
    <div class="scopes">
      {(Object.keys(scopeGroups) as ScopeGroup[]).map((group) => (
        <fieldset key={group}>
          <legend>{o(`scopes.${group}` as OfficeKey)}</legend>
          {scopeGroups[group]
            .filter((scope) => !props.without?.includes(scope))
            .map((scope) => (
              <label key={scope} class="check">
                <input type="checkbox" checked={held.includes(scope)} disabled={locked || !may(scope)} onChange={() => toggle(scope)} />
                <span>
                  {scopeWord(scope)}
                  {!may(scope) && <small>{o('scopes.notheld')}</small>}
                </span>
              </label>
            ))}
        </fieldset>
      ))}
    </div>
  );
}

/** A limit that is typed, or none at all; none can be given only by who has none. */
export function LimitField(props: {
  label: string;
  unit: string;
  /** As typed; null is no limit. */
  value: string | null;
  locked: boolean;
  mayLift: boolean;
  hint: string;
  problem: Refusal | null;
  onValue: (value: string | null) => void;
}): JSX.Element {
  const open = props.value === null;
  return (
    <Field label={props.label} hint={props.mayLift ? props.hint : o('role.limit.own')} problem={props.problem}>
      {(ids) => (
        <div class="limit">
          <span class="with-unit">
            <input class="input num" inputMode="decimal" autocomplete="off" {...ids} disabled={props.locked || open} value={props.value ?? ''} onInput={(e) => props.onValue(e.currentTarget.value)} />
            <span aria-hidden="true">{props.unit}</span>
          </span>
          <label class="check">
            <input
              type="checkbox"
              checked={open}
              disabled={props.locked || !props.mayLift}
              aria-label={`${props.label}: ${o('limit.none')}`}
              onChange={() => props.onValue(open ? '0' : null)}
            />
            <span>{o('limit.none')}</span>
          </label>
        </div>
      )}
    </Field>
  );
}

/* API keys for integrators: the list, and revoking. */
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { say, warn } from '../../shared/ui/overlay';
import { dateTime, o } from '../i18n/words';
import { keys } from '../state/lists';
import type { ApiKey } from '../state/model';
import { refusal } from '../state/problem';
import { route } from '../state/route';
import { KeyPage, NewKey } from './key';
import { lists, ListHead, Loaded } from './parts';
import { Rows } from './rows';

export const until = (key: ApiKey): string => dateTime(key.expires_at, session.value?.outlet.timezone);

export function KeyTag({ one }: { one: ApiKey }): JSX.Element {
  if (one.revoked_at) return <span class="tag">{o('device.revoked')}</span>;
  const over = Date.parse(one.expires_at) <= Date.now();
  return <span class={`tag ${over ? 'warn' : 'ok'}`}>{o(over ? 'key.over' : 'key.valid')}</span>;
}

/** For good; the next call with the key is refused. */
export async function revoke(one: ApiKey): Promise<void> {
  try {
    keys.put((await post<{ api_key: ApiKey }>(`/v1/api-keys/${one.id}/revoke`, {})).body.api_key);
    say(o('key.revoked', { name: one.name }));
  } catch (e) {
    warn(refusal(e).text);
  }
}

function KeyList(): JSX.Element {
  return (
    <section class="page" aria-label={o('nav.keys')}>
      <ListHead title={o('nav.keys')} search={o('keys.find')}>
        <a class="button primary" href="#/keys/new">
          <Icon name="plus" />
          {o('keys.add')}
        </a>
      </ListHead>
      <Loaded lists={lists(keys)}>
        {() => (
          <Rows
            label={o('nav.keys')}
            rows={keys.rows.value!}
            columns={[
              { key: 'name', title: o('field.name'), value: (k) => k.name },
              { key: 'rights', title: o('key.rights'), value: (k) => o('key.rights.n', { n: k.scopes.length }) },
              { key: 'until', title: o('key.until'), value: until },
            ]}
            idOf={(k) => k.id}
            href={(k) => `#/keys/${k.id}`}
            tags={(k) => <KeyTag one={k} />}
            none={<Empty title={o('keys.none')} hint={o('keys.none.hint')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

export function KeysPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <KeyList />;
  return (
    <section class="page" aria-label={o('nav.keys')}>
      <Loaded lists={lists(keys)}>{() => (id === 'new' ? <NewKey /> : <KeyPage key={id} id={id} />)}</Loaded>
    </section>
  );
}

/* Who and what is signed in, and ending it. */
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { say, warn } from '../../shared/ui/overlay';
import type { OfficeKey } from '../i18n/en';
import { dateTime, o } from '../i18n/words';
import { sessions } from '../state/lists';
import type { OpenSession } from '../state/model';
import { refusal } from '../state/problem';
import { may } from '../state/rights';
import { lists, ListHead, Loaded } from './parts';
import { Rows } from './rows';

const when = (iso: string): string => dateTime(iso, session.value?.outlet.timezone);
const whose = (s: OpenSession): string => s.name ?? o(`session.kind.${s.kind}` as OfficeKey);

async function end(one: OpenSession): Promise<void> {
  try {
    await post(`/v1/sessions/${one.id}/end`, {});
    sessions.drop(one.id);
    say(o('session.ended', { name: whose(one) }));
  } catch (e) {
    warn(refusal(e).text);
  }
}

function End({ one }: { one: OpenSession }): JSX.Element | null {
  if (one.current) return <span class="tag ok">{o('session.current')}</span>;
  if (!may('staff.write')) return null;
  return (
    <button type="button" class="button stop" aria-label={o('session.end.label', { name: whose(one), device: one.device ?? '' })} onClick={() => void end(one)}>
      {o('session.end')}
    </button>
  );
}

export function SessionsPage(): JSX.Element {
  return (
    <section class="page" aria-label={o('nav.sessions')}>
      <ListHead title={o('nav.sessions')} search={o('sessions.search')} />
      <Loaded lists={lists(sessions)}>
        {() => (
          <Rows
            label={o('nav.sessions')}
            rows={sessions.rows.value!}
            columns={[
              { key: 'name', title: o('field.name'), value: whose },
              { key: 'device', title: o('session.device'), value: (s) => s.device ?? '–' },
              { key: 'since', title: o('session.since'), value: (s) => when(s.created_at) },
            ]}
            idOf={(s) => s.id}
            href={() => null}
            action={(s) => <End one={s} />}
            none={<Empty title={o('sessions.none')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

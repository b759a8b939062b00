/* Signing in by the identity provider of the business. It sends the browser back with a one-time code behind the #. */
import { signal } from '@preact/signals';
import { ApiError, request, setSession } from '../../shared/api/client';
import type { Session } from '../../shared/api/types';
import { o } from '../i18n/words';
import { toStart } from './route';

/** What went wrong on the way, for the sign-in page. */
export const ssoNotice = signal('');

/** Takes up what the provider sent the browser back with, if it did. */
export async function finishSso(): Promise<void> {
  const back = new URLSearchParams(location.hash.slice(1));
  const code = back.get('sso');
  if (!code && !back.has('sso_error')) return;
  toStart();
  try {
    if (code) setSession((await request<Session>('/v1/auth/oidc/finish', { method: 'POST', body: { code } })).body);
    else ssoNotice.value = o('sso.refused');
  } catch (e) {
    ssoNotice.value = o(e instanceof ApiError ? 'sso.refused' : 'problem.offline');
  }
}

/** Leaves for the provider; stays, and says so, when the business has none. */
export async function startSso(tenant: string): Promise<void> {
  const path = `/v1/auth/oidc/${encodeURIComponent(tenant)}/start`;
  ssoNotice.value = '';
  try {
    const answer = await fetch(path, { redirect: 'manual' });
    if (answer.type === 'opaqueredirect') location.assign(path);
    else ssoNotice.value = o('sso.none');
  } catch {
    ssoNotice.value = o('problem.offline');
  }
}

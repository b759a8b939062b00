/* The back office: sign-in, then the frame with the page that the address names. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { Toasts } from '../../shared/ui/overlay';
import { Frame } from './frame';
import { SignIn } from './sign-in';

export function App(): JSX.Element {
  return (
    <>
      {session.value ? <Frame /> : <SignIn />}
      <Toasts />
    </>
  );
}

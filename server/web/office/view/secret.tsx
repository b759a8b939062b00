/* Something that is shown once: to be copied, then gone. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { o } from '../i18n/words';

export function Secret(props: { text: string; what: string; hint: string; onDone: () => void }): JSX.Element {
  const copied = useSignal(false);
  const box = useRef<HTMLOutputElement>(null);
  /* Without HTTPS there is no clipboard; then the text is selected, to be copied by hand. */
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      copied.value = true;
    } catch {
      getSelection()?.selectAllChildren(box.current!);
    }
  };
  return (
    <>
      <p>{props.hint}</p>
      <output class="secret num" aria-label={props.what} ref={box}>
        {props.text}
      </output>
      <button type="button" class="button large" onClick={() => void copy()}>
        {o(copied.value ? 'secret.copied' : 'secret.copy')}
      </button>
      <button type="button" class="button primary large" onClick={props.onDone}>
        {o('secret.done')}
      </button>
    </>
  );
}

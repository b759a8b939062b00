/* Sheet (one at a time, focus kept inside, Esc closes) and toasts (errors stay until read). */
import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/i18n';
import { IconButton } from './controls';

const focusable = 'button:not(:disabled), input, select, [tabindex="0"]';

function keepFocus(e: KeyboardEvent, box: HTMLElement): void {
  const all = [...box.querySelectorAll<HTMLElement>(focusable)];
  const edge = e.shiftKey ? all[0] : all[all.length - 1];
  if (document.activeElement === edge || !box.contains(document.activeElement)) {
    e.preventDefault();
    (e.shiftKey ? all[all.length - 1] : all[0])?.focus();
  }
}

export function Sheet(props: {
  title: string;
  onClose: () => void;
  /** Keys the sheet wants for itself; true when used. */
  onKey?: (e: KeyboardEvent) => boolean;
  children: ComponentChildren;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.focus();
    return () => before?.focus?.();
  }, []);
  const onKeyDown = (e: KeyboardEvent): void => {
    e.stopPropagation();
    if (e.key === 'Escape') props.onClose();
    else if (e.key === 'Tab') keepFocus(e, box.current!);
    else if (props.onKey?.(e)) e.preventDefault();
  };
  /* A control that goes away while it has the focus leaves it to nobody; the keys are the sheet's all the same. */
  const last = useRef(onKeyDown);
  last.current = onKeyDown;
  useLayoutEffect(() => {
    const listen = (e: KeyboardEvent): void => {
      if (document.activeElement === document.body) last.current(e);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <div class="scrim" onClick={(e) => e.target === e.currentTarget && props.onClose()}>
      <div class="sheet" role="dialog" aria-modal="true" aria-label={props.title} tabIndex={-1} ref={box} onKeyDown={onKeyDown}>
        <header>
          <h2>{props.title}</h2>
          <IconButton icon="close" label={t('action.close')} class="quiet" onClick={props.onClose} />
        </header>
        <div class="sheet-body">{props.children}</div>
      </div>
    </div>
  );
}

export interface Toast {
  id: number;
  text: string;
  stop: boolean;
  undo?: (() => void) | undefined;
}

const showMs = 5_000;
const toasts = signal<Toast[]>([]);
let lastToast = 0;

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((x) => x.id !== id);
}

/** Says what happened, in place of what was said before; with `undo` it can be taken back while it shows. */
export function say(text: string, undo?: () => void): void {
  const id = ++lastToast;
  toasts.value = [...toasts.value.filter((x) => x.stop), { id, text, stop: false, undo }];
  setTimeout(() => dismiss(id), showMs);
}

/** Says what went wrong; stays until it is closed. */
export function warn(text: string): void {
  toasts.value = [...toasts.value.filter((x) => x.text !== text).slice(-2), { id: ++lastToast, text, stop: true }];
}

/** Takes away what no longer applies; errors stay. */
export function clearSaid(): void {
  toasts.value = toasts.value.filter((x) => x.stop);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div class={`toast ${toast.stop ? 'stop' : ''}`} key={toast.id} role={toast.stop ? 'alert' : undefined}>
          <p>{toast.text}</p>
          {toast.undo && (
            <button
              type="button"
              class="button"
              onClick={() => {
                toast.undo?.();
                dismiss(toast.id);
              }}
            >
              {t('action.undo')}
            </button>
          )}
          {toast.stop && <IconButton icon="close" label={t('action.close')} onClick={() => dismiss(toast.id)} />}
        </div>
      ))}
    </div>
  );
}

/* Sound and vibration for what a cashier who looks at the goods would miss. Off until someone wants them. */
import { effect, signal } from '@preact/signals';

const storageKey = 'mpos.signals';
const toneHz = 220;
const toneMs = 220;
const volume = 0.2;

/** Whether errors are also heard and felt on this device. */
export const signalsOn = signal(localStorage.getItem(storageKey) === 'on');

effect(() => {
  if (signalsOn.value) localStorage.setItem(storageKey, 'on');
  else localStorage.removeItem(storageKey);
});

let audio: AudioContext | null = null;

function tone(): void {
  audio ??= new AudioContext();
  const source = audio.createOscillator();
  const loudness = audio.createGain();
  source.frequency.value = toneHz;
  loudness.gain.value = volume;
  source.connect(loudness).connect(audio.destination);
  source.start();
  source.stop(audio.currentTime + toneMs / 1000);
}

/** Says that what was scanned has not been sold. */
export function signalMissing(): void {
  if (!signalsOn.value) return;
  tone();
  navigator.vibrate?.(toneMs);
}

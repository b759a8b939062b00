/* One short two-tone sound for new tickets. A browser lets a page sound only after it was touched, which sign-in does. */
import { signal } from '@preact/signals';

const storageKey = 'mpos.kitchen.sound';
const tones = [660, 880];
const toneSeconds = 0.16;
const volume = 0.25;

export const soundOn = signal(localStorage.getItem(storageKey) !== 'off');
/** How often the chime has sounded (or would have, were the sound on). */
export const chimes = signal(0);

let audio: AudioContext | null = null;

export function toggleSound(): void {
  soundOn.value = !soundOn.value;
  localStorage.setItem(storageKey, soundOn.value ? 'on' : 'off');
}

function tone(context: AudioContext, hertz: number, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(volume, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + toneSeconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + toneSeconds);
}

export function chime(): void {
  chimes.value += 1;
  if (!soundOn.value) return;
  audio ??= new AudioContext();
  const context = audio;
  void context.resume().then(() => tones.forEach((hertz, i) => tone(context, hertz, context.currentTime + i * toneSeconds)));
}

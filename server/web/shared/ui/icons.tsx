/* Line icons on a 24-px grid, drawn here so that no icon font is loaded. */
import type { JSX } from 'preact';

const paths = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  delete: 'M9 5h11v14H9l-6-7zM12 9.5l5 5M17 9.5l-5 5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  minus: 'M5 12h14',
  options: 'M4 8h10M18 8h2M4 16h2M10 16h10M16 6v4M8 14v4',
  percent: 'M18 6L6 18M8.5 7.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM18.500 16.500a1.500 1.500 0 1 1-3 0 1.500 1.500 0 0 1 3 0z',
  plus: 'M12 5v14M5 12h14',
  print: 'M7 9V4h10v5M7 18H4v-8h16v8h-3M7 14h10v6H7z',
  recall: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6',
  search: 'M16.500 16.500L21 21M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  send: 'M4 12h14M13 6l6 6-6 6',
  sound: 'M5 10v4h3l4 4V6L8 10zM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11',
  mute: 'M5 10v4h3l4 4V6L8 10zM16 10l5 5M21 10l-5 5',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon-glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

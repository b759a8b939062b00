/* How much room there is */
import { signal, type Signal } from '@preact/signals';

function matches(query: string): Signal<boolean> {
  const media = matchMedia(query);
  const found = signal(media.matches);
  media.addEventListener('change', () => {
    found.value = media.matches;
  });
  return found;
}

/** The pages are chosen from a sheet instead of a column at the side. */
export const narrow = matches('(max-width: 760px)');

/** The preview stands beside the page instead of below it. */
export const broad = matches('(min-width: 1240px)');

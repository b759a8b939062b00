/* So that the page opens without a network; browsers allow it on https (and localhost) only. */

/** Has the service worker keep what the page is made of, and asks the browser not to give up what is stored. */
export async function keepPage(): Promise<void> {
  try {
    await navigator.storage?.persist?.();
    if (!('serviceWorker' in navigator)) return;
    await navigator.serviceWorker.register('./worker.js');
    await navigator.serviceWorker.ready;
    document.documentElement.dataset['kept'] = 'yes';
  } catch {
    /* The page works; it only will not open without a network. */
  }
}

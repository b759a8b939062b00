/* One page writes a device's log. A second tab of the same browser is refused where the browser has Web Locks. */

export class SecondTab extends Error {}

const held = new Set<string>();

/** Takes the right to write the device's log until this page is closed; throws SecondTab when another tab has it. */
export async function ownLog(device: string): Promise<void> {
  if (held.has(device) || !('locks' in navigator)) return;
  await new Promise<void>((granted, refused) => {
    void navigator.locks.request(`mpos-oplog-${device}`, { ifAvailable: true }, (lock) => {
      if (lock === null) return refused(new SecondTab());
      granted();
      held.add(device);
      return new Promise(() => undefined);
    });
  });
}

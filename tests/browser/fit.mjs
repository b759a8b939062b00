// The screens that pages must fit, and what fitting means.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';

const touchMin = 48;
// Axe looks at each colour scheme once; the narrow screens have the same controls in other places.
export const views = {
  wide: { width: 1280, height: 800, colorScheme: 'light', axe: true },
  dark: { width: 1280, height: 800, colorScheme: 'dark', axe: true },
  tablet: { width: 1024, height: 768, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light' },
};

/** A tablet held upright, touched with fingers. */
export const upright = { width: 768, height: 1024, colorScheme: 'light', hasTouch: true };

async function assertAccessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  assert.deepEqual(serious.map((v) => `${where}: ${v.id} ${v.nodes[0].html}`), []);
}

/** No serious finding of axe, no sideways scrolling, nothing too small to touch. */
export async function check(page, where, axe = false) {
  if (axe) await assertAccessible(page, where);
  const small = await page.getByRole('button').evaluateAll(
    (all, least) =>
      all.map((b) => ({ text: b.textContent || b.ariaLabel, box: b.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
        .map(({ text, box }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`),
    touchMin - 0.5,
  );
  assert.deepEqual(small, [], `${where}: too small to touch`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(sideways <= 0, `${where}: ${sideways} px wider than the screen`);
}

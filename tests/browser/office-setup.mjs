// What the tests of the back office share.
import { openPage } from './setup.mjs';

/** Types into the sign-in form; fields that the address fills are left. */
export async function signInToOffice(page, staff, pin) {
  await page.getByLabel('Staff number').fill(staff);
  await page.getByLabel('PIN', { exact: true }).fill(pin);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The back office, signed in, at a page of it. */
export async function openOffice({ path = 'people', staff = '101', pin = '1234', tenant = 'demo-cafe', ...view } = {}) {
  const page = await openPage(`/office/?tenant=${tenant}&outlet=main#/${path}`, view);
  await signInToOffice(page, staff, pin);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return page;
}

/** The row of a list whose name or facts fit. */
export const row = (page, name) => page.getByRole('listitem').getByRole('link', { name }).first();

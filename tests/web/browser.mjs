// A headless Chromium of the system, and what every test of the dashboard asks of a page.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const kChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

export const kScreens = {
  light: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  wide: { viewport: { width: 2560, height: 1440 }, colorScheme: 'light' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
};

export async function launch() {
  // No sandbox, because tests also run as root; nothing but the service under test is ever asked.
  return chromium.launch({ executablePath: kChromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page that keeps what must not happen: errors, violations of the policy, requests to other hosts. */
export async function watchedPage(browser, base, screen) {
  const context = await browser.newContext({ ...screen, locale: 'en-GB', timezoneId: 'America/New_York' });
  const page = await context.newPage();
  const faults = [];
  page.expected = [];  // Status codes that this part of the test provokes.
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const status = /status of (\d+)/.exec(message.text())?.[1];
    if (status && page.expected.includes(Number(status))) return;
    faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('request', (request) => { if (!request.url().startsWith(page.foreign ?? base) && !request.url().startsWith('data:')) faults.push(`request to ${request.url()}`); });
  page.on('response', (response) => { if (response.status() >= 400 && !page.expected.includes(response.status())) faults.push(`${response.status()} for ${response.url()}`); });
  return { page, context, faults };
}

/** The day of the world's verdicts: the samples are judged on it, whenever the test runs. */
export const kAsOf = '2026-11-21';

/** Goes to a view of the page, as of that day, and waits until it shows what it was asked for. */
export async function open(page, base, view) {
  await page.goto(`${base}/#/${view}${view.includes('?') ? '&' : '?'}as_of=${kAsOf}`);
  await settled(page);
}

export async function settled(page) {
  await page.waitForLoadState('networkidle');
  const shown = () => document.querySelector('main h1') && !document.querySelector('main .loading');
  try {
    await page.waitForFunction(shown, undefined, { polling: 50 });
  } catch (error) {
    throw new Error(`${page.url()} does not come to rest: ${await page.evaluate(() => document.querySelector('main')?.outerHTML.slice(0, 2000))}`, { cause: error });
  }
}

export async function logIn(page, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Main', exact: true }).waitFor();
}

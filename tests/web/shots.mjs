// node shots.mjs BASE TOKEN OUT [SCREEN...]: a picture of every page, light, dark, on a wide screen and as on a phone.
import { mkdirSync } from 'node:fs';
import { kScreens, launch, logIn, open, watchedPage } from './browser.mjs';

const [base, token, out, ...wanted] = process.argv.slice(2);
const pages = {
  overview: 'domains', domain: 'domains/shop.example', step_back: 'domains/travel.example', ready: 'domains/example.com',
  sources: 'domains/example.com/sources', source: 'domains/shop.example/sources/dkim%3Amcsv.net', decisions: 'domains/shop.example/decisions',
  reports: 'reports', report: 'reports/5', record: 'reports/5?record=1', raw: 'reports/5/raw', hostile: 'reports/1483?record=1', rejects: 'rejects', reject: 'rejects/1',
  health: 'health', missing: 'domains/nobody.example',
};
mkdirSync(out, { recursive: true });
const browser = await launch();
let failed = false;
for (const [screen, settings] of Object.entries(kScreens)) {
  if (wanted.length && !wanted.includes(screen)) continue;
  const { page, context, faults } = await watchedPage(browser, base, settings);
  await open(page, base, 'domains');
  await page.screenshot({ path: `${out}/login-${screen}.png`, fullPage: true });
  await logIn(page, token);
  for (const [name, view] of Object.entries(pages)) {
    page.expected = [404];
    await open(page, base, view);
    await page.screenshot({ path: `${out}/${name}-${screen}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) faults.push(`${name}: ${wide} pixels too wide`);
  }
  for (const fault of faults) console.log(`${screen}: ${fault}`);
  failed ||= faults.length > 0;
  await context.close();
}
await browser.close();
process.exit(failed ? 1 : 0);

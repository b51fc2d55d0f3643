// Small assertions that collect, so that one run tells of every fault it finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const kAxe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Checks {
  failures = [];
  place = '';

  is(condition, what) {
    if (!condition) this.failures.push(`${this.place}: ${what}`);
  }

  same(actual, wanted, what) {
    this.is(JSON.stringify(actual) === JSON.stringify(wanted), `${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
  }

  /** Runs one part; an exception in it is a failure and does not hide the parts after it. */
  async part(name, work) {
    this.place = name;
    const before = this.failures.length;
    try { await work(); } catch (error) { this.failures.push(`${name}: ${error.stack ?? error}`); }
    console.log(`${this.failures.length === before ? 'ok  ' : 'FAIL'} ${name}`);
  }

  /** Nothing serious or critical by axe-core; nothing wider than the screen; no element made of outside text. */
  async sound(page, name) {
    // Given to the debugger, because the policy of the page rightly lets no foreign script in.
    await page.evaluate(kAxe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    for (const one of found.violations) {
      if (one.impact !== 'serious' && one.impact !== 'critical') continue;
      this.failures.push(`${this.place}, ${name}: axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    this.is(wide <= 0, `${name}: ${wide} pixels wider than the screen`);
    this.same(await page.locator('main img, main script, main iframe, main style, main [onerror], main [style*="expression"]').count(), 0, `${name}: elements that the page does not make`);
    const hidden = await page.evaluate(() => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069]/.exec(document.body.innerText)?.[0].codePointAt(0).toString(16));
    this.is(!hidden, `${name}: a character that cannot be seen: U+${hidden}`);
  }
}

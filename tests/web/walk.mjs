// node walk.mjs BASE TOKEN READER EMPTY MAIL INBOX MANY: a headless browser walks every page of a running service with the World of world.py.
// TOKEN may operate, READER may only read; EMPTY is a service without tokens and reports that reads a mail server, whose folder
// INBOX the file MAIL is delivered to; MANY has a thousand domains.
// Ends with 1 and the list of faults when anything is amiss.
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { kAsOf, kScreens, launch, logIn, open, settled, watchedPage } from './browser.mjs';
import { Checks } from './checks.mjs';

const [base, token, reader, empty, mail, inbox, many] = process.argv.slice(2);
const checks = new Checks();
const browser = await launch();

/** Every view; `%` stands for what only the service knows: the newest report and reject. */
const views = [
  'domains', 'domains/shop.example', 'domains/travel.example', 'domains/hostile.example', 'domains/shop.example/sources',
  'domains/hostile.example/sources', 'domains/shop.example/sources/dkim%3Amcsv.net', 'domains/shop.example/decisions', 'reports',
  'reports?domain=hostile.example', 'reports/%report', 'reports/%report?record=1', 'reports/%report/raw', 'rejects', 'rejects/%reject', 'health',
];

/** What the API says, with the session of the page. */
const ask = (page, path) => page.evaluate(async (target) => (await fetch(target)).json(), `${base}/api/v1/${path}`);

async function visit(page, view) {
  await open(page, base, view);
  return page.locator('main');
}

async function onScreen(screen, work) {
  const { page, context, faults } = await watchedPage(browser, base, kScreens[screen]);
  page.setDefaultTimeout(15000);
  try { await work(page); } finally {
    await context.close();
    for (const fault of faults) checks.failures.push(`${checks.place}: ${fault}`);
  }
}

async function loggedIn(screen, work) {
  await onScreen(screen, async (page) => {
    await visit(page, 'domains');
    await logIn(page, token);
    await work(page);
  });
}

async function walkPages(page) {
  const report = (await ask(page, 'reports?domain=hostile.example&limit=1')).reports[0].id;
  const reject = (await ask(page, 'rejects?limit=1')).rejects[0].id;
  for (const view of views) {
    await visit(page, view.replace('%report', report).replace('%reject', reject));
    checks.same(await page.getByRole('alert').count(), 0, `${view}: faults shown`);
    checks.same(await page.locator('main h1').count(), 1, `${view}: headings`);
    await checks.sound(page, view);
    checks.same(await page.evaluate(() => [...document.querySelectorAll('main figure.chart')].filter((one) => !one.querySelector('details table')).length), 0, `${view}: charts without their table`);
    // In the table's own foot, in the head of its panel, or above it.
    checks.same(await page.evaluate(() => [...document.querySelectorAll('main .tablebox')].filter((one) =>
      !one.querySelector('.tablefoot') && !(one.closest('.panel') ?? document.querySelector('main')).querySelector('a[download]')).map((one) => one.querySelector('caption').textContent)), [], `${view}: tables without CSV`);
  }
}

/** Keys and names of sources are outside text: every one of them has its page. */
async function walkSources(page) {
  const { sources } = await ask(page, `domains/hostile.example/sources?as_of=${kAsOf}`);
  checks.is(sources.length > 1, 'hostile.example has sources');
  for (const { key } of sources) {
    await visit(page, `domains/hostile.example/sources/${encodeURIComponent(key)}`);
    checks.same(await page.getByRole('alert').count(), 0, `${key.slice(0, 80)}: faults shown`);
    await checks.sound(page, key.slice(0, 80));
  }
}

for (const screen of Object.keys(kScreens)) {
  await checks.part(`every page, ${screen}`, () => loggedIn(screen, walkPages));
}

for (const screen of ['light', 'dark', 'phone']) await checks.part(`logging in and out, ${screen}`, () => onScreen(screen, async (page) => {
  page.expected = [401];
  await visit(page, 'domains/shop.example');
  await checks.sound(page, 'login');
  await page.getByLabel('Token').fill('not-a-token');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').waitFor();
  checks.is((await page.evaluate(async (target) => (await fetch(target)).status, `${base}/api/v1/domains`)) === 401, 'the API answers without a login');
  await logIn(page, token);
  await page.getByRole('heading', { level: 1, name: 'shop.example' }).waitFor();
  const cookies = await page.context().cookies();
  checks.is(cookies.some((one) => one.name === 'ruagate_session' && one.httpOnly && one.sameSite === 'Strict'), 'the cookie of the session');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Token').waitFor();
  checks.is((await page.evaluate(async (target) => (await fetch(target)).status, `${base}/api/v1/domains`)) === 401, 'logged out, but the API answers');
}));

await checks.part('a reader may not decide', () => onScreen('light', async (page) => {
  await visit(page, 'domains/school.example/sources/dkim%3Asendgrid.net');
  await logIn(page, reader);
  await page.getByText('Your token may only read').waitFor();
  checks.is(await page.getByRole('radio', { name: /^Approve/ }).isDisabled(), 'Approve is offered');
}));

await checks.part('the overview', () => loggedIn('light', async (page) => {
  const { domains } = await ask(page, `domains?as_of=${kAsOf}`);
  const names = () => page.locator('tbody th').allInnerTexts();
  checks.same(await names(), domains.map((one) => one.domain), 'domains, worst first');
  await page.getByLabel('Search').fill('shop');
  await page.getByRole('status').getByText(`1 of ${domains.length} domains`).waitFor();
  checks.same(await names(), ['shop.example'], 'found');
  checks.is(page.url().includes('q=shop'), 'the search is not in the address');
  await page.reload();
  await settled(page);
  checks.same(await names(), ['shop.example'], 'after a reload');
  await page.getByLabel('Search').fill('');
  await page.getByRole('status').getByText(/^\d+ domains$/).waitFor();
  const head = page.getByRole('columnheader', { name: 'Messages' });
  await head.getByRole('button').click();
  await page.waitForFunction(() => location.hash.includes('sort=-messages'));
  checks.same(await head.getAttribute('aria-sort'), 'descending', 'aria-sort');
  const largest = [...domains].sort((a, b) => b.messages - a.messages)[0].domain;
  checks.same((await names())[0], largest, 'the largest first');
  const hold = domains.filter((one) => one.verdict === 'hold').length;
  await page.getByRole('group', { name: 'Show only one verdict' }).getByRole('button', { name: /Hold/ }).click();
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, hold);
}));

await checks.part('a domain', () => loggedIn('light', async (page) => {
  await visit(page, 'domains/shop.example');
  const verdict = await ask(page, `domains/shop.example/readiness?as_of=${kAsOf}`);
  const main = page.locator('main');
  checks.is((await main.innerText()).toLowerCase().includes(verdict.reason.toLowerCase()), 'the verdict in a sentence');
  checks.is((await main.innerText()).includes(verdict.record), 'the record');
  checks.same(await page.locator('.ladder [aria-current=step]').innerText().then((text) => text.split('\n')[0]), 'none', 'the place on the ladder');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy record' }).click();
  await page.getByText('Copied').waitFor();
  checks.same(await page.evaluate(() => navigator.clipboard.readText()), verdict.record, 'copied');
  checks.is(await page.locator('.plot canvas').count() === 1, 'the chart');
  const toggle = page.getByRole('group', { name: 'Show or hide' }).getByRole('button', { name: /Candidate/ });
  await toggle.click();
  checks.same(await toggle.getAttribute('aria-pressed'), 'false', 'the legend');
  checks.is(page.url().includes('hide=candidate'), 'what is hidden is not in the address');
  const box = await page.locator('.plot .u-over').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /from=\d{4}/.test(location.hash));
  await page.getByText('Table of these days').click();
  const timeline = await ask(page, `domains/shop.example/timeline?until=${kAsOf}`);
  const from = /from=([\d-]+)/.exec(page.url())[1];
  const day = timeline.days.find((one) => one.day === from);
  const row = page.locator('.chart tbody tr', { hasText: from });
  checks.is((await row.innerText()).includes(day.classes.legitimate.messages.toLocaleString('en')), 'the table of the chart');
  await page.getByRole('button', { name: 'All days' }).click();
  await page.waitForFunction(() => !location.hash.includes('from='));
}));

for (const screen of ['light', 'dark', 'phone']) await checks.part(`a decision, and the verdict at once, ${screen}`, () => loggedIn(screen, async (page) => {
  await visit(page, 'domains/school.example/sources/dkim%3Asendgrid.net');
  const verdictNow = page.locator('.verdictnow .verdict');
  checks.same(await verdictNow.innerText(), 'Hold', 'before');
  await page.getByRole('radio', { name: /^Deny/ }).check();
  await page.getByLabel('Note').fill('not ours <b>& "theirs"');
  await page.getByRole('button', { name: 'Save decision' }).click();
  await page.locator('.verdictnow .verdict.ready').waitFor();
  checks.is((await page.locator('.verdictnow').innerText()).includes('was hold'), 'what the verdict was before');
  const { decisions } = await ask(page, 'senders?domain=school.example');
  checks.same(decisions.map((one) => [one.what, one.decision, one.note, one.decided_by]), [['dkim:sendgrid.net', 'deny', 'not ours <b>& "theirs"', 'postmaster']], 'stored');
  checks.is((await page.locator('main').innerText()).includes('not ours <b>& "theirs"'), 'the note is shown');
  // The other two words, each with a note of its own.
  for (const [word, stored, shown, note] of [['Approve', 'approve', 'legitimate', 'the newsletter'], ['Forwarder', 'forwarder', 'forwarder', 'alumni addresses']]) {
    await page.getByRole('radio', { name: new RegExp(`^${word}`) }).check();
    await page.getByLabel('Note').fill(note);
    await page.getByRole('button', { name: 'Save decision' }).click();
    await page.locator(`.pagehead .badge.class.${shown}`).waitFor();
    await page.locator('.facts').getByText(note).waitFor();
    const [mine] = (await ask(page, 'senders?domain=school.example')).decisions;
    checks.same([mine.decision, mine.note], [stored, note], `${word}: stored`);
    const now = await ask(page, `domains/school.example/readiness?as_of=${kAsOf}`);
    await page.locator(`.verdictnow .verdict.${now.verdict}`).waitFor();
  }
  await visit(page, 'domains/school.example/decisions');
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await page.getByText('No decision yet').waitFor();
  await page.locator('.pagehead .verdict.hold').waitFor();
}));

await checks.part('sources, and links that are shared', () => loggedIn('light', async (page) => {
  await visit(page, 'domains/example.com/sources');
  const { sources } = await ask(page, `domains/example.com/sources?as_of=${kAsOf}`);
  const names = () => page.locator('tbody th a').allInnerTexts();
  await page.getByRole('columnheader', { name: 'Aligned' }).getByRole('button').click();
  await page.getByRole('combobox', { name: 'Class' }).selectOption('forwarder');
  await page.waitForFunction(() => location.hash.includes('sort=pass') && location.hash.includes('class=forwarder'));
  const wanted = sources.filter((one) => one.class === 'forwarder').sort((a, b) => a.pass_rate - b.pass_rate).map((one) => one.source || one.key);
  checks.is(wanted.length > 1 && wanted.length < sources.length, 'the filter chooses some');
  checks.same((await names()).length, wanted.length, 'filtered');
  const before = await names();
  // The same address in another window.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await settled(other);
  checks.same(await other.locator('tbody th a').allInnerTexts(), before, 'the same view from its address');
  await other.close();
  const address = sources.find((one) => one.ips.length && one.class === 'legitimate').ips[0].ip;
  await page.getByRole('combobox', { name: 'Class' }).selectOption('');
  await page.getByLabel('Search').fill(address);
  await page.getByRole('status').getByText(/^1 of|^\d+ of/).waitFor();
  checks.is((await names()).length >= 1, 'found by address');
  // Reports: filters, and pages behind a cursor.
  await visit(page, 'reports?domain=shop.example');
  const first = await names();
  await page.getByRole('navigation', { name: 'Pages: Reports' }).getByRole('button', { name: 'Next' }).click();
  await page.waitForFunction(() => location.hash.includes('cursor='));
  await settled(page);
  await page.reload();
  await settled(page);
  await page.getByText('Page 2').waitFor();
  checks.is(JSON.stringify(await names()) !== JSON.stringify(first), 'the second page is another one, after a reload too');
  await page.goBack();
  await page.getByText('Page 1').waitFor();
}));

await checks.part('tables as CSV', () => loggedIn('light', async (page) => {
  const saved = async (click) => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
  };
  await visit(page, 'domains/shop.example');
  const verdict = await ask(page, `domains/shop.example/readiness?as_of=${kAsOf}`);
  const [name, text] = await saved(() => page.getByRole('button', { name: 'CSV: Conditions not met' }).click());
  checks.same(name, 'shop.example-Conditions-not-met.csv', 'the name of the file');
  checks.same(text.split('\n')[0], 'Condition,State,Have,Need,In words', 'the head');
  checks.same(text.trim().split('\n').length - 1, verdict.gates.filter((gate) => !gate.ok || !gate.checked).length, 'its rows');
  const report = (await ask(page, 'reports?domain=hostile.example&limit=1')).reports[0].id;
  await visit(page, `reports/${report}?record=1`);
  const [, results] = await saved(() => page.getByRole('button', { name: 'CSV: Authentication results' }).click());
  checks.is(results.includes('<script>') && !/[\u202e\u200b\u0085]/.test(results), 'hostile text in a CSV is text, with nothing invisible');
  await visit(page, 'domains');
  const [, domains] = await saved(() => page.getByRole('link', { name: 'CSV' }).click());
  checks.is(domains.startsWith('domain,'), 'the CSV of the service');
}));

await checks.part('health', () => loggedIn('light', async (page) => {
  const health = await ask(page, 'health');
  await visit(page, 'health');
  const silent = page.getByRole('region', { name: 'Missing reporters' });
  await silent.getByText('quiet.test').waitFor();
  const row = silent.locator('tbody tr', { hasText: 'quiet.test' });
  checks.is(/6 days/.test(await row.innerText()) && (await row.innerText()).includes('silent.example'), 'the reporter that fell silent');
  checks.is(!(await silent.innerText()).includes('steady.test'), 'the one that did not');
  const boxes = page.getByRole('region', { name: 'Mailboxes' });
  checks.is((await boxes.innerText()).includes(health.mailboxes[0].place), 'where the mailbox is');
  checks.is((await page.getByRole('region', { name: 'Database' }).innerText()).includes(health.database.reports.toLocaleString('en')), 'the size of the database');
  for (const task of ['Retention', 'Roll-up check', 'WAL checkpoint', 'Nightly summary']) await page.getByText(task).waitFor();
}));

await checks.part('a report that waits', () => loggedIn('light', async (page) => {
  await visit(page, 'health');
  const waiting = page.getByRole('region', { name: 'Reports that wait' });
  checks.is((await waiting.innerText()).includes('impossible counts'), 'why it waits');
  await waiting.locator('tbody a').first().click();
  await page.getByText('counts nowhere until it is accepted').waitFor();
  await checks.sound(page, 'a report that waits');
  await page.getByRole('button', { name: 'Accept it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await page.getByText('though it was hard to believe').waitFor();
  checks.same((await ask(page, 'health')).waiting_reports, 0, 'none waits');
}));

await checks.part('a thousand domains without stutter', () => onScreen('light', async (page) => {
  page.foreign = many;
  await page.goto(`${many}/#/domains?as_of=2026-11-19`);
  await settled(page);
  await page.getByRole('status').getByText('1,000 domains').waitFor();
  /** Milliseconds until what `act` brings is drawn, and the longest time meanwhile in which the page did not answer. */
  const took = async (name, act, done) => {
    await page.evaluate(() => {
      globalThis.longest = 0;
      globalThis.watch?.disconnect();
      globalThis.watch = new PerformanceObserver((list) => { for (const one of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, one.duration); });
      globalThis.watch.observe({ entryTypes: ['longtask'] });
    });
    const began = Date.now();
    await act();
    await page.waitForFunction(done, undefined, { polling: 'raf' });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    const longest = Math.round(await page.evaluate(() => globalThis.longest));
    console.log(`     ${name}: ${Date.now() - began} ms, longest task ${longest} ms`);
    checks.is(longest < 500, `${name}: the page stood still for ${longest} ms`);
  };
  await took('sort', () => page.getByRole('columnheader', { name: 'Messages' }).getByRole('button').click(), () => document.querySelector('tbody th').textContent === 'd0999.example');
  await took('next page', () => page.getByRole('button', { name: 'Next' }).click(), () => location.hash.includes('page=2') && document.querySelector('.pager span').textContent.startsWith('51–100'));
  await took('search', () => page.getByLabel('Search').pressSequentially('d012'), () => document.querySelectorAll('tbody tr').length === 10);
  await took('search for all again', () => page.getByLabel('Search').fill(''), () => document.querySelectorAll('tbody tr').length === 50);
  await checks.sound(page, 'a thousand domains');
}));

for (const screen of ['dark', 'phone']) await checks.part(`a reject read again, ${screen}`, () => loggedIn(screen, async (page) => {
  const broken = (await ask(page, 'rejects')).rejects.find((one) => one.reason === 'doctype_refused');
  await visit(page, 'rejects');
  await page.locator('tbody a', { hasText: 'doctype refused' }).first().click();
  await page.getByText('document type declaration, which no report needs').waitFor();
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Read again' }).click();
  await page.getByText('It still cannot be read.').waitFor();
  checks.is(page.url().includes(`rejects/${broken.id}`), 'the page of the reject');
}));

await checks.part('rejects', () => loggedIn('light', async (page) => {
  const { rejects } = await ask(page, 'rejects');
  const large = rejects.find((one) => one.reason === 'document_too_large'), broken = rejects.find((one) => one.reason === 'doctype_refused');
  await visit(page, `rejects/${broken.id}`);
  await page.getByText('document type declaration, which no report needs').waitFor();
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Read again' }).click();
  await page.getByText('It still cannot be read.').waitFor();
  await visit(page, `rejects/${large.id}`);
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Read again' }).click();
  await page.getByText('It could be read now:').waitFor();
  await visit(page, `rejects/${broken.id}`);
  await page.getByRole('button', { name: 'Drop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop for good' }).click();
  await page.getByRole('heading', { level: 1, name: 'Rejects' }).waitFor();
  await settled(page);
  checks.same((await ask(page, 'rejects')).rejects.map((one) => one.id), rejects.map((one) => one.id).filter((id) => id !== large.id && id !== broken.id), 'what is left');
}));

await checks.part('pages of hostile sources', () => loggedIn('light', walkSources));

await checks.part('hostile text', () => loggedIn('light', async (page) => {
  const script = '<script>alert(1)</script>';
  const report = (await ask(page, 'reports?domain=hostile.example&limit=1')).reports[0].id;
  for (const view of [`reports?domain=hostile.example`, `reports/${report}`, `reports/${report}?record=1`, `reports/${report}/raw`]) {
    const text = await (await visit(page, view)).innerText();
    checks.is(text.includes(script) || text.includes('&lt;script&gt;'), `${view}: the text is not shown as text`);
  }
  await visit(page, `reports/${report}?record=1`);
  await page.getByRole('button', { name: /^show all 8,\d{3} characters/ }).first().click();
  checks.is((await page.locator('main').innerText()).includes('B'.repeat(7500)), 'the whole of a long name');
  checks.is((await page.locator('main').innerText()).includes('‹U+202E›'), 'the turn of direction is not named');
  await checks.sound(page, 'with a long name');
}));

await checks.part('a path that somebody typed', () => onScreen('light', async (page) => {
  await page.goto(`${base}/domains/shop.example?as_of=${kAsOf}`);
  await settled(page);
  await logIn(page, token);
  await page.getByRole('heading', { level: 1, name: 'shop.example' }).waitFor();
}));

for (const screen of ['light', 'phone']) {
  await checks.part(`a new database, ${screen}`, () => onScreen(screen, async (page) => {
    page.foreign = empty;
    for (const [view, words] of [['domains', 'Point ruagate at that mailbox'], ['reports', 'No reports yet'], ['rejects', 'Nothing was rejected'], ['health', 'All is well']]) {
      await open(page, empty, view);
      await page.getByText(words).first().waitFor();
      await checks.sound(page, view);
    }
  }));
}

await checks.part('a mail arrives by IMAP, the page shows it', () => onScreen('light', async (page) => {
  page.foreign = empty;
  await open(page, empty, 'domains');
  copyFileSync(mail, join(inbox, '..', 'tmp', 'one'));
  renameSync(join(inbox, '..', 'tmp', 'one'), join(inbox, '1763600000.M1.host'));
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    await page.reload();
    await settled(page);
    if (await page.locator('tbody th', { hasText: 'example.com' }).count()) return;
  }
  checks.is(false, 'example.com does not appear');
}));

await checks.part('by keyboard', () => loggedIn('light', async (page) => {
  await visit(page, 'domains');
  await page.reload();
  await settled(page);
  const focused = () => page.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.id || document.activeElement.textContent}`);
  await page.keyboard.press('Tab');
  checks.same(await focused(), 'A Skip to content', 'the first stop');
  await page.keyboard.press('Enter');
  checks.same(await focused(), 'MAIN main', 'the skip link leads to the content');
  await page.locator('tbody a', { hasText: 'shop.example' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'shop.example');
  checks.same(await page.title(), 'shop.example – ruagate', 'title');
  await page.goBack();
  await page.waitForFunction(() => document.activeElement.textContent === 'Domains');
  // Sorted, decided and taken back without a pointer.
  await page.getByRole('columnheader', { name: 'Messages' }).getByRole('button').focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => location.hash.includes('sort=-messages'));
  await visit(page, 'domains/school.example/sources/dkim%3Asendgrid.net');
  await page.getByRole('radio', { name: /^Approve/ }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  checks.is(await page.getByRole('radio', { name: /^Deny/ }).isChecked(), 'the arrow keys choose');
  await page.keyboard.press('Tab');
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.facts').getByText('by keyboard').waitFor();
  const back = page.getByRole('button', { name: 'Take back' });
  await back.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  checks.is(await page.evaluate(() => !!document.activeElement.closest('dialog')), 'the focus is in the dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement.tagName === 'BUTTON' && document.activeElement.textContent === 'Take back');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Tab');  // From Cancel, which a dialog begins with.
  await page.keyboard.press('Enter');
  await page.getByText('Nobody has decided about this source').waitFor();
}));

await browser.close();
for (const failure of checks.failures) console.log(`FAULT ${failure}`);
process.exit(checks.failures.length ? 1 : 0);

// Whether the service does its work: mailboxes, database, reporters that fell silent, scheduled work.
import { useApi } from '../api';
import { Facts, Figure, Loaded, LongText, Mark, Panel, Text } from '../parts/bits';
import { Table } from '../parts/table';
import { href } from '../router';
import { between, bytes, count, number, period, time } from '../text';
import type { Health, Mailbox } from '../types';
import { implausibleWords, kTasks, plain } from '../words';

const kStates: Record<Mailbox['state'], ['ok' | 'bad' | 'wait' | 'none', string]> = {
  starting: ['wait', 'starting'], reading: ['ok', 'reading'], waiting: ['ok', 'waiting for mail'], failing: ['bad', 'fails'], stopped: ['none', 'stopped'],
};

function ago(then: string | null, now: string) {
  return then === null ? <span class="dim">never</span> : <span class="lines nowrap"><span>{time(then)}</span><span class="dim">{between(then, now)} ago</span></span>;
}

function Mailboxes({ of }: { of: Health }) {
  return <Panel title="Mailboxes" id="mailboxes">
    <Table caption="Mailboxes" prefix="box." csv="mailboxes" rows={of.mailboxes} keyOf={(box) => box.name} empty={<>No mailbox is set up. <a href={href(['domains'])}>Domains</a> shows how to point one at ruagate.</>} columns={[
      { id: 'name', title: 'Mailbox', grow: true, by: (box) => box.name, cell: (box) => <span class="lines"><strong><Text value={box.name} max={40} /></strong><span class="dim"><Text value={box.place} max={60} /></span></span> },
      { id: 'state', title: 'State', by: (box) => kStates[box.state][1], cell: (box) => <span class="lines"><Mark state={kStates[box.state][0]}>{kStates[box.state][1]}</Mark>
        {box.error && <span class="faulttext"><LongText value={box.error} max={160} />{box.error_since && <span class="dim"> since {time(box.error_since)}</span>}</span>}</span> },
      { id: 'mail', title: 'Last mail', by: (box) => box.last_mail, largestFirst: true, cell: (box) => ago(box.last_mail, of.now) },
      { id: 'pass', title: 'Last read', by: (box) => box.last_pass, largestFirst: true, cell: (box) => ago(box.last_pass, of.now) },
      { id: 'backlog', title: 'Backlog', align: 'end', by: (box) => box.backlog, largestFirst: true, cell: (box) => (box.backlog === null ? <span class="dim">not known</span> : number(box.backlog)) },
      { id: 'reports', title: 'New reports', align: 'end', by: (box) => box.reports_new, largestFirst: true, cell: (box) => number(box.reports_new) },
      { id: 'rejected', title: 'Rejected', align: 'end', by: (box) => box.rejected, largestFirst: true, cell: (box) => number(box.rejected) },
      { id: 'ignored', title: 'Ignored', align: 'end', only: 'roomy', by: (box) => box.ignored, largestFirst: true, cell: (box) => number(box.ignored) },
    ]} />
    <p class="dim">Counts are since the service started.</p>
  </Panel>;
}

function Silent({ of }: { of: Health }) {
  return <Panel title="Missing reporters" id="silent">
    <Table caption="Missing reporters" prefix="silent." csv="missing reporters" pageSize={innerWidth > 900 ? 20 : 8} rows={of.missing_reporters} keyOf={(row) => `${row.domain} ${row.reporter}`} empty={<Mark state="ok">Every regular reporter still sends.</Mark>} columns={[
      { id: 'reporter', title: 'Reporter', grow: true, by: (row) => row.reporter, cell: (row) => <Text value={row.reporter} max={50} /> },
      { id: 'domain', title: 'Domain', by: (row) => row.domain, cell: (row) => <a href={href(['domains', row.domain])}><Text value={row.domain} max={50} /></a> },
      { id: 'silent', title: 'Silent', align: 'end', largestFirst: true, by: (row) => row.silent_days, cell: (row) => count(row.silent_days, 'day') },
      { id: 'last', title: 'Last seen', by: (row) => row.last_seen, cell: (row) => <span class="nowrap">{row.last_seen}</span> },
      { id: 'days', title: 'Sent before', align: 'end', by: (row) => row.days_before, cell: (row) => `${row.days_before} of 28 days` },
      { id: 'messages', title: 'Messages then', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
    ]} />
  </Panel>;
}

function Waiting({ of }: { of: Health }) {
  if (of.waiting.length === 0) return null;
  return <Panel title="Reports that wait" id="waiting" aside={of.waiting_reports > of.waiting.length && <span class="dim">the oldest {of.waiting.length} of {number(of.waiting_reports)}</span>}>
    <p>They are hard to believe and count nowhere until you accept them.</p>
    <Table caption="Reports that wait" prefix="wait." csv="waiting reports" pageSize={10} rows={of.waiting} keyOf={(row) => row.id} columns={[
      { id: 'period', title: 'Period', by: (row) => row.begin, csv: (row) => period(row.begin, row.end), cell: (row) => <a class="nowrap" href={href(['reports', row.id])}>{period(row.begin, row.end)}</a> },
      { id: 'reporter', title: 'Reporter', by: (row) => row.reporter, cell: (row) => <Text value={row.reporter} max={50} /> },
      { id: 'domain', title: 'Domain', by: (row) => row.domain, cell: (row) => <Text value={row.domain} max={50} /> },
      { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
      { id: 'why', title: 'Why', grow: true, csv: (row) => implausibleWords(row.reasons), cell: (row) => implausibleWords(row.reasons) },
    ]} />
  </Panel>;
}

function Database({ of: { database: d } }: { of: Health }) {
  return <Panel title="Database" id="database" quiet><Facts rows={[
    ['Size', `${bytes(d.file_bytes)}, and ${bytes(d.wal_bytes)} of write-ahead log`], ['Messages', number(d.messages)], ['Domains', number(d.domains)],
    ['Reports', `${number(d.reports)} with ${count(d.records, 'record')}`], ['XML kept', `${count(d.raw_documents, 'document')}, ${bytes(d.raw_bytes)}`],
    ['Rejects', <a href={href(['rejects'])}>{number(d.rejects)}</a>], ['Covers', d.first_begin ? `${time(d.first_begin).slice(0, 10)} – ${time(d.last_end).slice(0, 10)}` : 'nothing yet'],
    ['Schema', number(d.schema_version)],
  ]} /></Panel>;
}

function Tasks({ of }: { of: Health }) {
  return <Panel title="Scheduled work" id="tasks" quiet><dl class="facts">
    {of.tasks.map((task) => <div key={task.task}><dt>{kTasks[task.task] ?? plain(task.task)}</dt>
      <dd>{task.error ? <Mark state="bad"><LongText value={task.error} max={160} /></Mark> : task.last_run ? <Mark state="ok">{time(task.last_run)}{task.seconds !== null && <span class="dim">, {task.seconds.toFixed(1)} s</span>}</Mark> : <Mark state="none">{task.next_run ? 'not run yet' : 'not set up'}</Mark>}
        {task.next_run && <span class="dim block">next {time(task.next_run)}</span>}</dd></div>)}
  </dl></Panel>;
}

export function HealthPage() {
  const answer = useApi<Health>('health', 15);
  return <>
    <div class="pagehead"><h1 tabIndex={-1}>Health</h1>{answer.data && <p class="dim">{time(answer.data.now)} UTC</p>}</div>
    <Loaded answer={answer}>{(data) => <>
      <div class={`notice ${data.ok ? 'ok' : 'bad'}`}><Mark state={data.ok ? 'ok' : 'bad'} /><div><strong>{data.ok ? 'All is well.' : 'Something needs you.'}</strong>
        {data.errors.length > 0 && <ul class="notes">{data.errors.map((one) => <li key={one.part + one.error}><Text value={one.part} max={80} />: <LongText value={one.error} max={300} />{one.since && <span class="dim"> since {time(one.since)}</span>}</li>)}</ul>}</div></div>
      <dl class="figures">
        <Figure label="Last mail" value={data.last_mail ? between(data.last_mail, data.now) + ' ago' : 'never'} note={data.last_mail ? time(data.last_mail) : undefined} />
        <Figure label="Backlog" value={data.backlog === null ? 'not known' : number(data.backlog)} note={data.backlog === null ? undefined : 'messages to be read'} />
        <Figure label="Waiting reports" value={number(data.waiting_reports)} note={data.waiting_reports ? 'implausible: look at them' : 'none is implausible'} />
        <Figure label="Database" value={bytes(data.database.file_bytes)} note={count(data.database.reports, 'report')} />
        <Figure label="Running for" value={between(data.started_at, data.now)} note={`version ${data.version}`} />
      </dl>
      <Mailboxes of={data} />
      <Waiting of={data} />
      <Silent of={data} />
      <div class="pair"><Database of={data} /><Tasks of={data} /></div>
    </>}</Loaded>
  </>;
}

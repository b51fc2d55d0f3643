// One report, down to its records and the document as it came.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, address, change, mayOperate, path, textOf, useApi } from '../api';
import { Crumbs, CsvLink, Facts, Fault, Figure, Loaded, LongText, Mark, Panel, Result, Text } from '../parts/bits';
import { Confirm } from '../parts/dialog';
import { announce } from '../parts/live';
import { type Column, Table } from '../parts/table';
import { href, queryText, setQuery, useRoute } from '../router';
import { bytes, count, number, period, share, time, visible } from '../text';
import type { Records, Report, ReportDocument, ReportRecord } from '../types';
import { implausibleWords, kGenerations, kTrust, plain } from '../words';
import { policyWords } from './domain';
import { CursorPager } from './reports';

interface Row extends ReportRecord { at: number }

const identity = (one: { domain: string | null; selector?: string | null }): string | null =>
  one.selector ? `${one.selector}._domainkey.${one.domain ?? '?'}` : one.domain;

function open(at: number | null): void { setQuery({ record: at }); }

function columns(chosen: number): Column<Row>[] {
  return [
    { id: 'ip', title: 'Address', grow: true, by: (row) => row.source_ip, cell: (row) => <button type="button" class="link" aria-expanded={chosen === row.at} onClick={() => open(chosen === row.at ? null : row.at)}>
      {row.source_ip === null ? 'not said' : <Text value={row.source_ip} />}</button> },
    { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
    { id: 'author', title: 'From domain', by: (row) => row.author_domain, cell: (row) => <Text value={row.author_domain} max={50} /> },
    { id: 'dkim', title: 'DKIM aligned', by: (row) => row.dkim_aligned, cell: (row) => <Result value={row.dkim_aligned} /> },
    { id: 'spf', title: 'SPF aligned', by: (row) => row.spf_aligned, cell: (row) => <Result value={row.spf_aligned} /> },
    { id: 'disposition', title: 'Disposition', by: (row) => row.disposition, cell: (row) => <Text value={row.disposition} /> },
    { id: 'signed', title: 'Signed by', only: 'roomy', cell: (row) => row.dkim.length ? <><Text value={row.dkim[0].domain} max={40} />{row.dkim.length > 1 && ` +${row.dkim.length - 1}`}</> : <span class="dim">–</span> },
    { id: 'reason', title: 'Override', only: 'roomy', cell: (row) => row.override_reasons.length ? row.override_reasons.map((one) => plain(one.type)).join(', ') : <span class="dim">–</span> },
  ];
}

function RecordPanel({ of, count: total }: { of: Row; count: number }) {
  const results = [
    ...of.dkim.map((one) => ({ kind: 'DKIM', who: identity(one), result: one.result, more: one.human_result })),
    ...of.spf.map((one) => ({ kind: one.scope ? `SPF (${one.scope})` : 'SPF', who: one.domain, result: one.result, more: one.human_result })),
  ].map((one, at) => ({ ...one, at }));
  return <Panel title={`Record ${of.at + 1} of ${number(total)}`} id="record" aside={<button type="button" class="small" onClick={() => open(null)}>Close</button>}>
    <Facts rows={[
      ['Address', of.source_ip === null ? <span class="dim">not said</span> : <code><Text value={of.source_ip} /></code>], ['Messages', number(of.messages)],
      ['From domain', <LongText value={of.author_domain} />],
      ['Envelope from', of.envelope_from === '' ? 'empty: a null sender' : <LongText value={of.envelope_from} />],
      ['Envelope to', <LongText value={of.envelope_to} />],
      ['DKIM aligned', <Result value={of.dkim_aligned} />], ['SPF aligned', <Result value={of.spf_aligned} />], ['Disposition', <Text value={of.disposition} />],
      ...of.override_reasons.map((one) => [`Override: ${plain(one.type)}`, <LongText value={one.comment} />] as [string, preact.JSX.Element]),
    ]} />
    <Table caption="Authentication results" prefix="auth." csv="authentication results" rows={results} keyOf={(one) => one.at} empty="The report gives no authentication results." columns={[
      { id: 'who', title: 'Identity', grow: true, csv: (one) => one.who, cell: (one) => <LongText value={one.who} max={120} /> }, { id: 'kind', title: 'Kind', csv: (one) => one.kind, cell: (one) => one.kind },
      { id: 'result', title: 'Result', csv: (one) => one.result, cell: (one) => <Result value={one.result} /> }, { id: 'more', title: 'In the receiver’s words', csv: (one) => one.more, cell: (one) => <LongText value={one.more} /> },
    ]} />
  </Panel>;
}

function RecordList({ id, report }: { id: string; report: Report }) {
  const { query } = useRoute();
  const cursor = query.get('cursor');
  const answer = useApi<Records>(path('reports', id, 'records') + queryText({ cursor, limit: 1000 }));
  const wish = query.get('record');
  const chosen = wish === null ? -1 : Number(wish);
  return <Loaded answer={answer}>{(data) => {
    const rows = data.records.map((one, at): Row => ({ ...one, at }));
    const one = rows[chosen];
    return <>
      {one && <RecordPanel of={one} count={rows.length} />}
      <Panel title="Records" id="records" aside={<CsvLink to={address(path('reports', id, 'records') + queryText({ cursor, limit: 1000, format: 'csv' }))} />}>
        <Table caption="Records" rows={rows} columns={columns(chosen)} keyOf={(row) => row.at} current={(row) => row.at === chosen}
          empty={report.records_left_out ? 'None of its records could be used.' : 'The report has no records.'} />
        <CursorPager next={data.next_cursor} what="Records" />
      </Panel>
    </>;
  }}</Loaded>;
}

/** What nobody believes counts nowhere until the operator says so. */
function Implausible({ of }: { of: Report }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  if (of.accepted_at) return <div class="notice ok"><Mark state="ok" /><div>Accepted on {time(of.accepted_at)}, though it was hard to believe: {implausibleWords(of.implausible)}.</div></div>;
  const accept = () => {
    setAsking(false);
    setError(null);
    change('POST', path('reports', of.id, 'accept')).then(() => announce('Report accepted'), setError);
  };
  const may = mayOperate();
  return <div class="notice warn"><Mark state="wait" /><div><strong>This report counts nowhere until it is accepted:</strong> {implausibleWords(of.implausible)}.
    <p class="buttons"><button type="button" disabled={!may} onClick={() => setAsking(true)}>Accept it</button></p>
    {!may && <p>Your token may only read; this needs the scope <code>operate</code>.</p>}
    {error && <Fault error={error} />}
    {asking && <Confirm title="Let this report count?" action="Accept" onYes={accept} onNo={() => setAsking(false)}>
      <p>Its {count(of.messages, 'message')} count in every figure and verdict from now on, and its reporter is known. Anyone can mail a made-up report: look at its records first.</p></Confirm>}
  </div></div>;
}

function Warnings({ of }: { of: Report }) {
  return <>
    {of.implausible.length > 0 && <Implausible of={of} />}
    {of.records_left_out > 0 && <div class="notice warn"><Mark state="warn" /><div>{count(of.records_left_out, 'record')} could not be used and {of.records_left_out === 1 ? 'was' : 'were'} left out.</div></div>}
  </>;
}

export function ReportPage({ id }: { id: string }) {
  const answer = useApi<ReportDocument>(path('reports', id));
  const r = answer.data?.report;
  return <>
    <Crumbs path={[['Reports', href(['reports'])]]} />
    <div class="pagehead"><h1 tabIndex={-1}>Report {r ? <>of <Text value={r.reporter} max={60} /></> : id}</h1>{r && <p class="dim">{period(r.begin, r.end)} about <a href={href(['domains', r.domain])}><Text value={r.domain} max={60} /></a></p>}</div>
    <Loaded answer={answer}>{({ report }) => <>
      <Warnings of={report} />
      <dl class="figures">
        <Figure label="Messages" value={number(report.messages)} note={`${share(report.aligned, report.messages)} aligned`} />
        <Figure label="DKIM aligned" value={number(report.dkim_aligned)} /><Figure label="SPF aligned" value={number(report.spf_aligned)} />
        <Figure label="Quarantined" value={number(report.disposition.quarantine)} /><Figure label="Rejected" value={number(report.disposition.reject)} />
        <Figure label="Records" value={number(report.records)} note={`${count(report.source_ips, 'address', 'addresses')}`} />
      </dl>
      <div class="columns">
        <div class="wide"><RecordList id={id} report={report} /></div>
        <div class="side"><About of={report} id={id} /></div>
      </div>
    </>}</Loaded>
  </>;
}

function About({ of, id }: { of: Report; id: string }) {
  const rows: [string, preact.ComponentChildren][] = [
    ['Report id', <LongText value={of.report_id} max={80} />], ['Period', `${time(of.begin)} – ${time(of.end)}`],
    ['Policy', <code><Text value={policyWords(of)} /></code>], ['Form', kGenerations[of.generation] ?? of.generation],
    ['Author domains', <LongText value={of.author_domains.join(', ')} />], ['Trust', kTrust[of.trust] ?? of.trust],
    ['Read', time(of.received_at)], ['From', <LongText value={of.origin} max={120} />],
  ];
  const optional: [string, string | null][] = [['Contact', of.email], ['More contact', of.extra_contact_info], ['Generator', of.generator], ['Discovery', of.discovery_method], ['Version', of.version]];
  for (const [term, value] of optional) if (value) rows.push([term, <LongText value={value} max={120} />]);
  if (of.errors.length) rows.push(['Errors it tells', <LongText value={of.errors.join('; ')} />]);
  if (of.tolerances.length) rows.push(['Forgiven', of.tolerances.map(plain).join(', ')]);
  return <Panel title="About this report" id="about" quiet><Facts rows={rows} />
    <div class="buttons">{of.has_raw ? <a class="button" href={href(['reports', id, 'raw'])}>XML as received</a> : <span class="dim">The XML is no longer kept.</span>}</div></Panel>;
}

const kShown = 200_000;

/** Outside text as it came: line ends kept, nothing in it invisible; the first part of a large one. */
function Raw({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const part = all ? text : text.slice(0, kShown);
  return <>
    <pre class="raw" tabIndex={0} aria-label="Document as received"><bdi>{visible(part, true)}</bdi></pre>
    {part.length < text.length && <p>The first {bytes(kShown)} of {bytes(text.length)}. <button type="button" class="link" onClick={() => setAll(true)}>Show all</button></p>}
  </>;
}

export function RawPage({ id }: { id: string }) {
  const [text, set] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const target = path('reports', id, 'raw');
  useEffect(() => {
    const abort = new AbortController();
    textOf(target, abort.signal).then(set, (problem) => { if (!abort.signal.aborted) setError(problem); });
    return () => abort.abort();
  }, [target]);
  return <>
    <Crumbs path={[['Reports', href(['reports'])], [`Report ${id}`, href(['reports', id])]]} />
    <div class="pagehead"><h1 tabIndex={-1}>Report {id}, as received</h1><a class="button small" href={address(target)} download={`report-${id}.xml`}>Download</a></div>
    {error ? <Fault error={error} /> : text === null ? <p class="loading" role="status">Loading…</p> : <Raw text={text} />}
  </>;
}

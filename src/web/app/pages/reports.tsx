// Reports, newest first, page by page.
import { address, useApi } from '../api';
import { CsvLink, Loaded, Mark, Text } from '../parts/bits';
import { Field, Filters } from '../parts/filter';
import { type Column, Table } from '../parts/table';
import { dated, href, queryText, setQuery, useRoute } from '../router';
import { count, number, period, share, time } from '../text';
import type { Domains, Report, Reports } from '../types';

const kFilters = ['domain', 'reporter', 'ip', 'since', 'until'];

const kColumns: Column<Report>[] = [
  { id: 'period', title: 'Period', grow: true, cell: (row) => <a href={href(['reports', row.id])}>{period(row.begin, row.end)}</a> },
  { id: 'reporter', title: 'Reporter', cell: (row) => <Text value={row.reporter} max={40} /> },
  { id: 'domain', title: 'Domain', cell: (row) => <Text value={row.domain} max={40} /> },
  { id: 'messages', title: 'Messages', align: 'end', cell: (row) => number(row.messages) },
  { id: 'aligned', title: 'Aligned', align: 'end', cell: (row) => share(row.aligned, row.messages) },
  { id: 'records', title: 'Records', align: 'end', only: 'roomy', cell: (row) => number(row.records) },
  { id: 'policy', title: 'Policy', only: 'roomy', cell: (row) => <Text value={row.p} /> },
  { id: 'received', title: 'Read', only: 'roomy', cell: (row) => <span class="nowrap">{time(row.received_at)}</span> },
  { id: 'odd', title: 'Remarks', void: (row) => row.implausible.length + row.tolerances.length + row.records_left_out === 0 && row.trust !== 'failed', cell: (row) => <Remarks of={row} /> },
];

function Remarks({ of }: { of: Report }) {
  if (of.implausible.length && !of.accepted_at) return <Mark state="wait">waits: implausible</Mark>;
  if (of.trust === 'failed') return <Mark state="bad">mail failed DMARC</Mark>;
  const odd = of.tolerances.length + of.records_left_out;
  return odd ? <Mark state="warn">{of.records_left_out ? `${count(of.records_left_out, 'record')} left out` : count(of.tolerances.length, 'deviation')}</Mark> : <span class="dim" aria-label="none">–</span>;
}

/** Pages of a list with cursors: going back takes the ways that led here, kept in the address. */
export function CursorPager({ next, what }: { next: string | null | undefined; what: string }) {
  const { query } = useRoute();
  const cursor = query.get('cursor');
  const back = (query.get('back') ?? '').split(' ').filter(Boolean);
  if (!cursor && !next) return null;
  return <nav class="pager" aria-label={`Pages: ${what}`}>
    <button type="button" class="small" disabled={!cursor} onClick={() => setQuery({ cursor: null, back: null }, true)}>First</button>
    <button type="button" class="small" disabled={!cursor} onClick={() => setQuery({ cursor: back[back.length - 1], back: back.slice(0, -1).join(' ') }, true)}>Previous</button>
    <span>Page {(cursor ? 1 : 0) + back.length + 1}</span>
    <button type="button" class="small" disabled={!next} onClick={() => setQuery({ cursor: next, back: [...back, ...(cursor ? [cursor] : [])].join(' ') }, true)}>Next</button>
  </nav>;
}

function Nothing({ filtered }: { filtered: boolean }) {
  return filtered
    ? <>No report matches. <button type="button" class="link" onClick={() => setQuery(Object.fromEntries(kFilters.map((one) => [one, null])))}>Show all</button></>
    : <>No reports yet. <a href={href(['domains'])}>Domains</a> says what to do first; <a href={href(['rejects'])}>Rejects</a> shows what could not be read.</>;
}

export function ReportsPage() {
  const { query } = useRoute();
  const filters = Object.fromEntries(kFilters.map((name) => [name, query.get(name)]));
  const answer = useApi<Reports>('reports' + queryText({ ...filters, cursor: query.get('cursor'), limit: innerWidth > 900 ? 50 : 25 }));
  const domains = useApi<Domains>('domains' + dated());
  const filtered = kFilters.some((name) => query.get(name));
  return <>
    <div class="pagehead"><h1 tabIndex={-1}>Reports</h1><p class="dim">Newest first</p></div>
    <div class="toolbar">
      <Filters>
        <Field name="domain" label="Domain" onEnter list="known-domains" placeholder="example.com" /><Field name="reporter" label="Reporter" onEnter placeholder="google.com" />
        <Field name="ip" label="Address or network" onEnter placeholder="192.0.2.0/24" />
        <Field name="since" label="From" type="date" /><Field name="until" label="To" type="date" />
        <datalist id="known-domains">{domains.data?.domains.slice(0, 300).map((one) => <option key={one.domain} value={one.domain} />)}</datalist>
      </Filters>
      <CsvLink to={address('reports' + queryText({ ...filters, format: 'csv', limit: 1000 }))} text="CSV of 1,000" />
      <CsvLink to={address('records' + queryText({ ...filters, format: 'csv', limit: 1000 }))} text="CSV of records" />
    </div>
    <Loaded answer={answer}>{(data) => <>
      <Table caption="Reports" rows={data.reports} columns={kColumns} keyOf={(row) => row.id} pageSize={1000} empty={<Nothing filtered={filtered} />} />
      <CursorPager next={data.next_cursor} what="Reports" />
    </>}</Loaded>
  </>;
}

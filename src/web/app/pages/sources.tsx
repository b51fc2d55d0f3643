// The sources of a domain.
import { address, path, useApi } from '../api';
import { ClassBadge, CsvLink, Loaded, Mark, Text, sourceName } from '../parts/bits';
import { Choice, Field, Filters } from '../parts/filter';
import { type Column, Table } from '../parts/table';
import { dated, href, setQuery, useRoute } from '../router';
import { count, number, percent } from '../text';
import type { Readiness, Source, Sources } from '../types';
import { failureWords, kClassWords, kDecisionWords } from '../words';
import { DomainHead } from './domain_head';

export const kDays: [string, string][] = [['', '30 days'], ['7', '7 days'], ['90', '90 days'], ['365', '1 year']];
const kClasses = Object.keys(kClassWords);

function columns(domain: string, days: string | null): Column<Source>[] {
  return [
    { id: 'source', title: 'Source', grow: true, by: (row) => sourceName(row), cell: (row) => <span class="lines">
      <a href={href(['domains', domain, 'sources', row.key], { days })}><Text value={sourceName(row)} max={60} /></a>
      {row.source && row.source !== row.key && <span class="dim"><Text value={row.key} max={48} /></span>}</span> },
    { id: 'class', title: 'Class', by: (row) => kClasses.indexOf(row.class), cell: (row) => <span class="lines"><ClassBadge of={row.class} kind={row.kind} />
      {row.decision && <span class="dim">{kDecisionWords[row.decision]}</span>}</span> },
    { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
    { id: 'pass', title: 'Aligned', align: 'end', by: (row) => row.pass_rate, cell: (row) => percent(row.pass_rate) },
    { id: 'dkim', title: 'DKIM', align: 'end', only: 'roomy', largestFirst: true, by: (row) => row.dkim_aligned, cell: (row) => number(row.dkim_aligned) },
    { id: 'spf', title: 'SPF', align: 'end', only: 'roomy', largestFirst: true, by: (row) => row.spf_aligned, cell: (row) => number(row.spf_aligned) },
    { id: 'stopped', title: 'Stopped', align: 'end', only: 'roomy', largestFirst: true, by: (row) => row.disposition.quarantine + row.disposition.reject, cell: (row) => number(row.disposition.quarantine + row.disposition.reject) },
    { id: 'ips', title: 'Addresses', align: 'end', only: 'roomy', largestFirst: true, by: (row) => row.ips.length, cell: (row) => number(row.ips.length) },
    { id: 'last', title: 'Last seen', largestFirst: true, by: (row) => row.last_seen, cell: (row) => <span class="nowrap">{row.last_seen ?? '–'}</span> },
    { id: 'failure', title: 'What fails', by: (row) => (row.failure === 'none' ? null : failureWords(row.failure)), cell: (row) => row.failure === 'none'
      ? <Mark state="ok">nothing</Mark> : <Mark state={(row.class === 'legitimate' || row.class === 'candidate') && (row.pass_rate ?? 0) < 0.98 ? 'bad' : 'none'}>{failureWords(row.failure)}</Mark> },
  ];
}

function matches(row: Source, words: string[]): boolean {
  return words.every((word) => sourceName(row).toLowerCase().includes(word) || row.key.toLowerCase().includes(word)
    || row.author_domain.toLowerCase().includes(word) || row.ips.some(({ ip }) => ip?.toLowerCase().startsWith(word)));
}

export function SourcesPage({ domain }: { domain: string }) {
  const { query } = useRoute();
  const days = query.get('days');
  const target = path('domains', domain, 'sources');
  const answer = useApi<Sources>(target + dated({ days }));
  const verdict = useApi<Readiness>(path('domains', domain, 'readiness') + dated());
  const only = query.get('class');
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return <>
    <DomainHead domain={domain} tab="sources" verdict={verdict.data?.verdict} />
    <Loaded answer={answer}>{(data) => {
      const rows = data.sources.filter((row) => (!only || row.class === only) && matches(row, words));
      return <>
        <div class="toolbar">
          <Filters><Field name="q" label="Search" placeholder="Name, key or address" />
            <Choice name="class" label="Class" choices={[['', 'all classes'], ...kClasses.map((id) => [id, kClassWords[id as 'legitimate']] as [string, string])]} />
            <Choice name="days" label="Span" choices={kDays} /></Filters>
          <p class="dim" role="status">{rows.length === data.sources.length ? count(rows.length, 'source') : `${number(rows.length)} of ${count(data.sources.length, 'source')}`}
            {' · '}{count(data.messages, 'message')}, {percent(data.pass_rate)} aligned · {data.window.from} – {data.window.to}</p>
          <CsvLink to={address(target + dated({ days, format: 'csv' }))} />
        </div>
        <Table caption="Sources" rows={rows} columns={columns(domain, days)} keyOf={(row) => row.key} empty={data.sources.length
          ? <>No source matches. <button type="button" class="link" onClick={() => setQuery({ q: null, class: null })}>Show all</button></>
          : 'No mail was reported in these days; choose a longer span.'} />
      </>;
    }}</Loaded>
  </>;
}

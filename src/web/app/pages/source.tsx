// One source: what it sends, what fails, why it has its class, and the operator's decision about it.
import { useMemo, useState } from 'preact/hooks';
import { path, useApi } from '../api';
import { Chart, type Series } from '../parts/chart';
import { ClassBadge, Crumbs, Days, Facts, Figure, Loaded, Panel, Prose, Text, sourceName } from '../parts/bits';
import { Copy } from '../parts/copy';
import { Choice } from '../parts/filter';
import { Table } from '../parts/table';
import { dated, href, useRoute } from '../router';
import { count, number, percent, share } from '../text';
import type { Readiness, SourcePage as Page } from '../types';
import { failureWords, kClassMeanings, plain } from '../words';
import { DecidePanel, VerdictNow } from './decide';
import { kDays } from './sources';

function DaysPanel({ of }: { of: Page }) {
  const series = useMemo<Series[]>(() => [
    { id: 'pass', title: 'Aligned', values: of.days.map((day) => day.aligned) },
    { id: 'fail', title: 'Failing', values: of.days.map((day) => Math.max(0, day.messages - day.aligned)) },
  ], [of]);
  const days = useMemo(() => of.days.map((day) => day.day), [of]);
  return <Panel title="Messages per day" id="days" aside={<Choice name="days" label="Span" choices={kDays} />}>
    <Chart days={days} series={series} caption="Messages per day, aligned and failing" height={200} />
  </Panel>;
}

function Identities({ of }: { of: Page }) {
  return <Panel title="Identities" id="identities">
    <Table caption="Identities" prefix="id." csv={`${of.source.key} identities`} pageSize={10} rows={of.identities} keyOf={(row) => `${row.type} ${row.selector} ${row.domain}`} empty="No DKIM signature and no SPF domain was reported." columns={[
      { id: 'domain', title: 'Domain', grow: true, by: (row) => row.domain, cell: (row) => <Text value={row.domain} max={60} /> },
      { id: 'type', title: 'Kind', by: (row) => row.type, cell: (row) => row.type.toUpperCase() },
      { id: 'selector', title: 'Selector', by: (row) => row.selector, cell: (row) => <Text value={row.selector} max={40} /> },
      { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
      { id: 'pass', title: 'Pass', align: 'end', by: (row) => (row.messages ? row.pass / row.messages : null), cell: (row) => share(row.pass, row.messages) },
    ]} /></Panel>;
}

function Addresses({ of, domain }: { of: Page; domain: string }) {
  return <Panel title="Addresses" id="addresses">
    <Table caption="Addresses" prefix="ip." csv={`${of.source.key} addresses`} pageSize={10} rows={of.source.ips} keyOf={(row) => row.ip ?? ''} columns={[
      { id: 'ip', title: 'Address', grow: true, by: (row) => row.ip, cell: (row) => row.ip === null ? <span class="dim">not said</span>
        : <a href={href(['reports'], { domain, ip: row.ip })} title="Reports with this address"><Text value={row.ip} /></a> },
      { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
      { id: 'aligned', title: 'Aligned', align: 'end', by: (row) => (row.messages ? row.aligned / row.messages : null), cell: (row) => share(row.aligned, row.messages) },
    ]} /></Panel>;
}

function Reporters({ of }: { of: Page }) {
  return <Panel title="Reporters" id="reporters">
    <Table caption="Reporters" prefix="rep." csv={`${of.source.key} reporters`} pageSize={10} rows={of.reporters} keyOf={(row) => row.reporter} columns={[
      { id: 'reporter', title: 'Reporter', grow: true, by: (row) => row.reporter, cell: (row) => <Text value={row.reporter} max={50} /> },
      { id: 'messages', title: 'Messages', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
      { id: 'aligned', title: 'Aligned', align: 'end', by: (row) => (row.messages ? row.aligned / row.messages : null), cell: (row) => share(row.aligned, row.messages) },
      { id: 'last', title: 'Last seen', largestFirst: true, by: (row) => row.last_seen, cell: (row) => <span class="nowrap">{row.last_seen}</span> },
    ]} /></Panel>;
}

function Treatment({ of }: { of: Page }) {
  const s = of.source;
  const overrides = Object.entries(s.overrides).sort((a, b) => b[1] - a[1]);
  return <Panel title="What receivers did" id="dispositions" quiet><Facts rows={[
    ['Delivered', number(s.disposition.none)], ['Quarantined', number(s.disposition.quarantine)], ['Rejected', number(s.disposition.reject)],
    ...overrides.map(([type, n]) => [`Override: ${plain(type)}`, number(n)] as [string, string]),
  ]} /></Panel>;
}

function Evidence({ of }: { of: Page }) {
  const s = of.source;
  return <Panel title="Why this class" id="evidence">
    <p><ClassBadge of={s.class} kind={s.kind} /> <span class="dim">{kClassMeanings[s.class]}</span></p>
    {s.evidence.length ? <ul class="notes">{s.evidence.map((line) => <li key={line}><Text value={line} max={500} /></li>)}</ul> : <p class="dim">No evidence was needed.</p>}
    {s.failure !== 'none' && <p><strong>Fails:</strong> {failureWords(s.failure)}.</p>}
    {s.fix && <p class="fix"><strong>To do:</strong> <Prose value={s.fix} /></p>}
  </Panel>;
}

export function SourcePage({ domain, source }: { domain: string; source: string }) {
  const { query } = useRoute();
  const days = query.get('days');
  const answer = useApi<Page>(path('domains', domain, 'sources', source) + dated({ days }));
  const verdict = useApi<Readiness>(path('domains', domain, 'readiness') + dated());
  const [before, setBefore] = useState<Readiness | null>(null);
  const name = answer.data ? sourceName(answer.data.source) : source;
  return <>
    <Crumbs path={[['Domains', href(['domains'])], [domain, href(['domains', domain])], ['Sources', href(['domains', domain, 'sources'])]]} />
    <div class="pagehead"><h1 tabIndex={-1}><Text value={name} max={120} /></h1>{answer.data && <ClassBadge of={answer.data.source.class} kind={answer.data.source.kind} />}
      <span class="key"><code><Text value={source} max={80} /></code> <Copy text={source} what="key" /></span></div>
    <Loaded answer={answer}>{(data) => {
      const s = data.source;
      return <>
        <dl class="figures">
          <Figure label="Messages" value={number(s.messages)} note={<Days from={data.window.from} to={data.window.to} />} />
          <Figure label="Aligned" value={percent(s.pass_rate)} note={`${number(s.messages - s.aligned)} fail`} />
          <Figure label="DKIM aligned" value={number(s.dkim_aligned)} note={`${number(s.dkim_pass)} with any pass`} />
          <Figure label="SPF aligned" value={number(s.spf_aligned)} note={`${number(s.spf_pass)} with any pass`} />
          <Figure label="Seen on" value={count(s.days, 'day')} note={<Days from={s.first_seen ?? '–'} to={s.last_seen ?? '–'} />} />
          <Figure label="Author domain" value={<Text value={s.author_domain || '–'} max={40} />} />
        </dl>
        <div class="columns sidefirst">
          <div class="wide"><DaysPanel of={data} /><Evidence of={data} /><Identities of={data} /><div class="pair"><Addresses of={data} domain={domain} /><Reporters of={data} /></div></div>
          <div class="side"><DecidePanel key={(data.decision?.decided_at ?? '') + data.decision?.decision} domain={domain} what={s.key} decision={data.decision} onChange={() => setBefore(verdict.data)} />
            <VerdictNow domain={domain} verdict={verdict.data} before={before} /><Treatment of={data} /></div>
        </div>
      </>;
    }}</Loaded>
  </>;
}

// All domains, worst first.
import { address, useApi } from '../api';
import { VerdictBadge, CsvLink, Loaded, Text, sourceName } from '../parts/bits';
import { Field, Filters } from '../parts/filter';
import { SmallLadder } from '../parts/ladder';
import { Sparkline } from '../parts/sparkline';
import { type Column, Table } from '../parts/table';
import { dated, href, setQuery, useRoute } from '../router';
import { count, number, percent } from '../text';
import type { Domains, Overview, VerdictWord } from '../types';
import { kLadders, kVerdictWords, kVerdicts } from '../words';
import { FirstSteps } from './first_steps';

const rank = (row: Overview): number => kVerdicts.indexOf(row.verdict);
const place = (row: Overview): number => {
  const steps = kLadders[row.ladder] ?? kLadders.pct;
  return steps.indexOf(row.step) / (steps.length - 1);
};

const changes = (row: Overview): number => (row.changes.verdict_before !== row.verdict ? 1 : 0) + row.changes.new_blockers.length + row.changes.gone_blockers.length;
const unchanged = (row: Overview): boolean => changes(row) === 0;

function Changes({ of }: { of: Overview }) {
  const { verdict_before: before, new_blockers: more, gone_blockers: fewer } = of.changes;
  const lines = [];
  if (before === null) lines.push(<span key="n">first reports</span>);
  else if (before !== of.verdict) lines.push(<span key="v">was {kVerdictWords[before].toLowerCase()}</span>);
  if (more.length) lines.push(<span key="m"><span aria-hidden="true">+ </span><span class="hidden">new: </span><Text value={sourceName(more[0])} max={28} />{more.length > 1 && ` and ${more.length - 1} more`}</span>);
  if (fewer.length) lines.push(<span key="f"><span aria-hidden="true">− </span><span class="hidden">gone: </span><Text value={sourceName(fewer[0])} max={28} />{fewer.length > 1 && ` and ${fewer.length - 1} more`}</span>);
  return lines.length ? <span class="lines">{lines}</span> : <span class="dim" aria-label="nothing">–</span>;
}

function BlockerCell({ of }: { of: Overview }) {
  if (!of.blockers || !of.first_blocker) return <span class="dim" aria-label="none">–</span>;
  return <span class="lines">
    <a href={href(['domains', of.domain, 'sources', of.first_blocker.key])}><Text value={sourceName(of.first_blocker)} max={32} /></a>
    <span class="dim">{of.blockers > 1 && `and ${of.blockers - 1} more · `}{count(of.at_stake, 'message')}</span>
  </span>;
}

const kColumns: Column<Overview>[] = [
  { id: 'domain', title: 'Domain', grow: true, by: (row) => row.domain, cell: (row) => <a href={href(['domains', row.domain])}><Text value={row.domain} max={60} /></a> },
  { id: 'verdict', title: 'Verdict', by: rank, cell: (row) => <VerdictBadge verdict={row.verdict} /> },
  { id: 'step', title: 'Policy step', by: place, cell: (row) => <SmallLadder ladder={row.ladder} step={row.step} next={row.next_step} target={row.target} /> },
  { id: 'pass', title: 'Pass rate', align: 'end', by: (row) => row.legitimate_pass_rate, cell: (row) => <span title="Share of the legitimate mail that passes">{percent(row.legitimate_pass_rate)}</span> },
  { id: 'trend', title: '30 days', cell: (row) => <Sparkline days={row.sparkline} /> },
  { id: 'messages', title: 'Messages', only: 'tight', align: 'end', largestFirst: true, by: (row) => row.messages, cell: (row) => number(row.messages) },
  { id: 'blockers', title: 'Blockers', void: (row) => !row.blockers, largestFirst: true, by: (row) => row.at_stake, cell: (row) => <BlockerCell of={row} /> },
  { id: 'changes', title: 'Since yesterday', only: 'tight', void: unchanged, largestFirst: true, by: changes, cell: (row) => <Changes of={row} /> },
];

function Tiles({ domains, chosen }: { domains: Overview[]; chosen: string | null }) {
  return <div class="tiles" role="group" aria-label="Show only one verdict">
    {kVerdicts.map((verdict: VerdictWord) => {
      const n = domains.filter((one) => one.verdict === verdict).length;
      return <button type="button" key={verdict} class={`tile ${verdict}`} aria-pressed={chosen === verdict} disabled={n === 0 && chosen !== verdict}
        onClick={() => setQuery({ verdict: chosen === verdict ? null : verdict, page: null })}>
        <strong>{number(n)}</strong><VerdictBadge verdict={verdict} />
      </button>;
    })}
  </div>;
}

export function OverviewPage() {
  const { query } = useRoute();
  const answer = useApi<Domains>('domains' + dated(), 60);
  const verdict = query.get('verdict');
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (row: Overview) => (!verdict || row.verdict === verdict) && words.every((word) =>
    row.domain.toLowerCase().includes(word) || (row.first_blocker && sourceName(row.first_blocker).toLowerCase().includes(word)));
  return <>
    <div class="pagehead"><h1 tabIndex={-1}>Domains</h1>
      {answer.data?.domains.some((one) => one.reports > 0) && <p class="dim">As of {answer.data.as_of}. Figures of 28 days; worst first.</p>}</div>
    <Loaded answer={answer}>{({ domains }) => {
      // Domains of the configuration stand here also before the first report.
      if (domains.every((one) => one.reports === 0)) return <FirstSteps />;
      const rows = domains.filter(matches);
      return <>
        <Tiles domains={domains} chosen={verdict} />
        <div class="toolbar">
          <Filters><Field name="q" label="Search" placeholder="Domain or blocker" /><Field name="as_of" label="As of (UTC)" type="date" /></Filters>
          <p class="dim" role="status">{rows.length === domains.length ? count(domains.length, 'domain') : `${number(rows.length)} of ${count(domains.length, 'domain')}`}</p>
          <CsvLink to={address('domains' + dated({ format: 'csv' }))} />
        </div>
        <Table caption="Domains" rows={rows} columns={kColumns} keyOf={(row) => row.domain}
          empty={<>No domain matches. <button type="button" class="link" onClick={() => setQuery({ q: null, verdict: null })}>Show all</button></>} />
      </>;
    }}</Loaded>
  </>;
}

// One domain: the verdict, what to do next, and why.
import { useMemo } from 'preact/hooks';
import { address, path, useApi } from '../api';
import { Chart, type Series } from '../parts/chart';
import { ClassBadge, CsvLink, Days, Facts, Icon, Loaded, Mark, Panel, Prose, Text, VerdictBadge, sourceName } from '../parts/bits';
import { Copy } from '../parts/copy';
import { Choice } from '../parts/filter';
import { Ladder } from '../parts/ladder';
import { Table } from '../parts/table';
import { asOf, dated, href, queryText, useRoute } from '../router';
import { count, number, percent, plusDays, share } from '../text';
import type { Blocker, Gate, Policy, Readiness, Timeline } from '../types';
import { failureWords, gateWords, kClassMeanings, kFractionGates, nextAction, recordTitle, stepWords } from '../words';
import { DomainHead } from './domain_head';
import { ImpactPanel } from './impact';

export function policyWords(policy: Policy): string {
  if (!policy.p) return 'not seen in any report';
  const parts = ['p=' + policy.p];
  if (policy.sp) parts.push('sp=' + policy.sp);
  if (policy.np) parts.push('np=' + policy.np);
  if (policy.pct !== null && policy.pct !== 100) parts.push('pct=' + policy.pct);
  if (policy.testing) parts.push('t=y');
  if (policy.adkim === 's') parts.push('adkim=s');
  if (policy.aspf === 's') parts.push('aspf=s');
  return parts.join('; ');
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

export function RecordBox({ title, domain, record }: { title: string; domain: string; record: string }) {
  if (!record) return null;
  return <section class="record" aria-label={title}>
    <header><h2>{title}</h2><Copy text={record} what="record" /></header>
    <p class="dim">TXT at <code><Text value={'_dmarc.' + domain} max={100} /></code></p>
    <pre tabIndex={0} aria-label="Record"><Text value={record} max={4000} /></pre>
  </section>;
}

function BlockerItem({ of, domain }: { of: Blocker; domain: string }) {
  const failing = Math.max(0, of.messages - of.aligned);
  const page = href(['domains', domain, 'sources', of.key]);
  return <li class="blocker">
    <div class="blockerhead">
      <h3><a href={page}><Text value={sourceName(of)} max={80} /></a></h3>
      <ClassBadge of={of.class} />
      {of.source !== of.key && <code class="dim"><Text value={of.key} max={60} /></code>}
    </div>
    <p class="blockerfigures"><Mark state="bad">{number(failing)} of {count(of.messages, 'message')} fail</Mark>
      <span>{share(of.aligned, of.messages)} pass</span>
      {of.failure !== 'none' && <span>{failureWords(of.failure)}</span>}
      {of.author_domain && of.author_domain !== domain && <span>From: <Text value={of.author_domain} max={60} /></span>}</p>
    {of.fix && <p class="fix"><strong>To do:</strong> <Prose value={of.fix} /></p>}
    <div class="buttons">
      <a class={of.class === 'candidate' ? 'button primary' : 'button'} href={page}>{of.class === 'candidate' ? 'Decide about it' : 'Look at this source'}</a>
      {(of.evidence.length > 0 || of.ips.length > 0) && <details class="inline"><summary>Evidence and addresses</summary>
        <ul>{of.evidence.map((line) => <li key={line}><Text value={line} max={400} /></li>)}</ul>
        {of.ips.length > 0 && <p>Addresses: {of.ips.slice(0, 20).map((ip, at) => <>{at > 0 && ', '}<code><Text value={ip} /></code></>)}{of.ips.length > 20 && ` and ${of.ips.length - 20} more`}</p>}
      </details>}
    </div>
  </li>;
}

function amount(gate: Gate, value: number | null): string {
  if (value === null) return '–';
  return kFractionGates.has(gate.gate) ? percent(value) : number(Math.round(value * 100) / 100);
}

const gateState = (of: Gate): [string, string] => !of.checked ? ['none', 'not checked'] : of.ok ? ['ok', 'met'] : of.blocking ? ['bad', 'blocks'] : ['wait', 'not yet'];

function GateMark({ of }: { of: Gate }) {
  const [state, word] = gateState(of);
  return <span class="nowrap"><Mark state={state as 'ok'}>{word}</Mark></span>;
}

const order = (gate: Gate): number => (gate.ok ? (gate.checked ? 3 : 2) : gate.blocking ? 0 : 1);

function Gates({ gates, domain }: { gates: Gate[]; domain: string }) {
  const open = gates.filter((gate) => !gate.ok || !gate.checked).sort((a, b) => order(a) - order(b));
  const done = gates.filter((gate) => gate.ok && gate.checked);
  return <Panel title="Conditions" id="gates" aside={<span class="dim">{done.length} of {gates.length} met</span>}>
    {open.length > 0 && <GateTable caption="Conditions not met" prefix="gate." rows={open} domain={domain} />}
    {done.length > 0 && <details open={open.length === 0 || done.length < 5 || innerWidth > 900}><summary>{done.length} met</summary>
      <GateTable caption="Conditions met" prefix="met." rows={done} domain={domain} /></details>}
  </Panel>;
}

function GateTable({ caption, prefix, rows, domain }: { caption: string; prefix: string; rows: Gate[]; domain: string }) {
  return <Table caption={caption} prefix={prefix} rows={rows} csv={`${domain} ${caption}`} keyOf={(gate) => gate.gate} columns={[
      { id: 'gate', title: 'Condition', csv: (gate) => gateWords(gate.gate), cell: (gate) => <span class="nowrap">{gateWords(gate.gate)}</span> },
      { id: 'state', title: 'State', by: order, csv: (gate) => gateState(gate)[1], cell: (gate) => <GateMark of={gate} /> },
      { id: 'have', title: 'Have', align: 'end', csv: (gate) => gate.have, cell: (gate) => amount(gate, gate.have) },
      { id: 'need', title: 'Need', align: 'end', csv: (gate) => gate.need, cell: (gate) => amount(gate, gate.need) },
      { id: 'text', title: 'In words', grow: true, csv: (gate) => gate.text, cell: (gate) => <Text value={gate.text} max={400} /> },
    ]} />;
}

function Volume({ of }: { of: Readiness }) {
  const v = of.volume;
  const rows: [string, string, number, string][] = [
    ['legitimate', 'Legitimate', v.legitimate, share(v.legitimate_aligned, v.legitimate)], ['candidate', 'Candidate', v.candidate, '–'],
    ['forwarder', 'Forwarded', v.forwarded, share(v.forwarded_aligned, v.forwarded)], ['unauthorized', 'Unauthorized', v.unauthorized, '–'],
    ['unknown', 'Unknown', v.unknown, '–'],
  ];
  return <Panel title="Mail in the window" id="volume" quiet>
    <table class="small"><caption class="hidden">Mail by class</caption>
      <thead><tr><th scope="col">Class</th><th scope="col" class="end">Messages</th><th scope="col" class="end">Pass</th></tr></thead>
      <tbody>
        {rows.filter((row) => row[2] > 0).map(([id, title, messages, pass]) => <tr key={id}>
          <th scope="row"><span class={`badge class ${id}`} title={kClassMeanings[id as 'legitimate']}><span class="swatch" aria-hidden="true" />{title}</span></th>
          <td class="end">{number(messages)}</td><td class="end">{pass}</td></tr>)}
        <tr><th scope="row">All</th><td class="end">{number(v.messages)}</td><td class="end">{share(v.aligned, v.messages)}</td></tr>
      </tbody></table>
    {of.legitimate_pass_rate_low !== null && v.legitimate > 0 && <p class="dim">At least {percent(of.legitimate_pass_rate_low)} of the legitimate mail passes, with 95 % certainty.</p>}
  </Panel>;
}

function Situation({ of }: { of: Readiness }) {
  return <Panel title="Situation" id="situation" quiet><Facts rows={[
    ['Policy now', <><code><Text value={policyWords(of.policy)} /></code>{of.policy.seen && <span class="dim"> seen <span class="nowrap">{of.policy.seen}</span></span>}</>],
    ['Step', stepWords(of.step)], ['Target', stepWords(of.target)],
    ['Judged on', <><Days from={of.window.from} to={of.window.to} /><span class="dim">, {count(of.window.days_with_data, 'day')} with data, {count(of.window.reporters, 'reporter')}</span></>],
    ...(of.generations.rfc7489 !== null && of.generations.rfc9990 !== null
      ? [['Receivers', <>{percent(of.generations.rfc7489)} obey pct (RFC 7489), {percent(of.generations.rfc9990)} obey t (RFC 9990)</>] as [string, preact.JSX.Element]] : []),
  ]} /></Panel>;
}

function Notes({ of }: { of: Readiness }) {
  const lines = [...of.notes, ...of.gates.filter((gate) => !gate.checked).map((gate) => gate.text || gateWords(gate.gate) + ': not checked')];
  if (lines.length === 0) return null;
  return <Panel title="Not known, and to watch" id="notes" quiet><ul class="notes">{lines.map((line) => <li key={line}><Text value={line} max={500} /></li>)}</ul></Panel>;
}

function Subdomains({ of }: { of: Readiness }) {
  const sub = of.subdomains;
  if (!sub) return null;
  return <Panel title={`Subdomains (sp=${sub.sp})`} id="subdomains" aside={<VerdictBadge verdict={sub.verdict} />}>
    <p>{sentence(sub.reason)}</p>
    {sub.blockers.length > 0 && <ol class="blockers">{sub.blockers.map((one) => <BlockerItem key={one.key} of={one} domain={of.domain} />)}</ol>}
    {sub.verdict === 'ready' && <RecordBox title="Record for the subdomains" domain={of.domain} record={sub.record} />}
  </Panel>;
}

const kSpans: [string, string][] = [['', '90 days'], ['30', '30 days'], ['180', '180 days'], ['400', '400 days']];

function DaysPanel({ domain, until }: { domain: string; until: string }) {
  const { query } = useRoute();
  const span = Number(query.get('span')) || 90;
  const target = path('domains', domain, 'timeline');
  const window = span === 90 && !asOf() ? '' : queryText({ since: plusDays(until, 1 - span), until });
  const answer = useApi<Timeline>(target + window);
  // Days before the first report say nothing; a fortnight is always shown.
  const shown = useMemo(() => {
    const all = answer.data?.days ?? [];
    const first = all.findIndex((day) => day.messages > 0);
    return all.slice(Math.max(0, Math.min(first, all.length - 14)));
  }, [answer.data]);
  const series = useMemo<Series[]>(() => {
    const of = (id: 'legitimate' | 'candidate' | 'forwarded' | 'unauthorized' | 'unknown') => shown.map((day) => day.classes[id].messages);
    return [
      { id: 'legitimate', title: 'Legitimate', values: of('legitimate') }, { id: 'forwarder', title: 'Forwarded', values: of('forwarded') },
      { id: 'candidate', title: 'Candidate', values: of('candidate') }, { id: 'unknown', title: 'Unknown', values: of('unknown') },
      { id: 'unauthorized', title: 'Unauthorized', values: of('unauthorized') },
    ];
  }, [shown]);
  const days = useMemo(() => shown.map((day) => day.day), [shown]);
  return <Panel title="Messages per day" id="days" aside={<><Choice name="span" label="Span" choices={kSpans} />
    <CsvLink to={address(target + (window ? window + '&' : '?') + 'format=csv')} /></>}>
    <Loaded answer={answer}>{() => <Chart days={days} series={series} caption="Messages per day by class" />}</Loaded>
  </Panel>;
}

export function DomainPage({ domain }: { domain: string }) {
  const answer = useApi<Readiness>(path('domains', domain, 'readiness') + dated(), 60);
  const v = answer.data;
  return <>
    <DomainHead domain={domain} tab="readiness" verdict={v?.verdict} />
    <Loaded answer={answer}>{(v) => <div class="columns">
      <div class="wide">
        <section class={`verdictbox ${v.verdict}`} aria-label="Verdict">
          <Icon name={v.verdict} />
          <div><p class="reason"><Text value={sentence(v.reason)} max={600} /></p><p class="action"><strong>Next:</strong> {nextAction(v)}</p></div>
        </section>
        <Ladder ladder={v.ladder} step={v.step} next={v.next_step} target={v.target} back={v.verdict === 'step_back'} />
        <RecordBox title={recordTitle(v)} domain={v.domain} record={v.record} />
        {v.blockers.length > 0 && <Panel title="What blocks" id="blockers" aside={<span class="dim">most mail at stake first</span>}>
          <ol class="blockers">{v.blockers.map((one) => <BlockerItem key={one.key} of={one} domain={v.domain} />)}</ol></Panel>}
        <DaysPanel domain={domain} until={v.as_of} />
        <ImpactPanel domain={domain} verdict={v} />
        <Subdomains of={v} />
        <Gates gates={v.gates} domain={v.domain} />
      </div>
      <div class="side"><Situation of={v} /><Volume of={v} /><Notes of={v} /></div>
    </div>}</Loaded>
  </>;
}

// What the next step, and each other one, would have done to the last 28 days.
import { path, useApi } from '../api';
import { Figure, Loaded, Mark, Panel } from '../parts/bits';
import { Table } from '../parts/table';
import { dated } from '../router';
import { count, number } from '../text';
import type { ImpactDocument, Impact, ImpactStep, Readiness } from '../types';
import { gateWords, stepWords } from '../words';

const kPlaces: Record<ImpactStep['place'], string> = { passed: 'passed', present: 'now', next: 'next', later: 'later' };

function Figures({ of }: { of: Impact }) {
  const more = of.legitimate_affected_worst > of.legitimate_affected_expected;
  return <dl class="figures">
    <Figure label="Legitimate mail hit" value={number(of.legitimate_affected_expected)} note={more ? `${number(of.legitimate_affected_worst)} if receivers ignore the percentage` : undefined} />
    <Figure label="Candidates hit" value={number(of.candidate_affected)} note="probably yours" />
    <Figure label="Forwarded mail hit" value={number(of.forwarded_affected)} />
    <Figure label="Unauthorized mail stopped" value={number(of.unauthorized_stopped)} />
  </dl>;
}

export function ImpactPanel({ domain, verdict }: { domain: string; verdict: Readiness }) {
  const answer = useApi<ImpactDocument>(path('domains', domain, 'impact') + dated());
  const next = verdict.next_step;
  const shown = next && verdict.verdict !== 'step_back' && verdict.verdict !== 'at_target';
  return <Panel title={shown ? `What ${stepWords(next)} would have done` : 'What each step would have done'} id="impact"
    aside={<span class="dim">to the last {count(verdict.impact.window_days || 28, 'day')}</span>}>
    {shown && <Figures of={verdict.impact} />}
    <Loaded answer={answer}>{({ steps }) => <details open={!shown}><summary>Every step</summary>
      <Table caption="Every step of the ladder" prefix="step." rows={steps} csv={`${domain} every step`} keyOf={(row) => row.step} current={(row) => row.place === 'next'} columns={[
        { id: 'step', title: 'Step', csv: (row) => row.step, cell: (row) => <span class="nowrap">{stepWords(row.step)}</span> },
        { id: 'place', title: 'Place', csv: (row) => row.place, cell: (row) => <>{kPlaces[row.place]}{row.beyond_target && <span class="dim"> beyond the target</span>}</> },
        { id: 'legitimate', title: 'Legitimate hit', align: 'end', csv: (row) => row.impact.legitimate_affected_expected, cell: (row) => number(row.impact.legitimate_affected_expected) },
        { id: 'worst', title: 'At worst', align: 'end', csv: (row) => row.impact.legitimate_affected_worst, cell: (row) => number(row.impact.legitimate_affected_worst) },
        { id: 'candidate', title: 'Candidates hit', align: 'end', csv: (row) => row.impact.candidate_affected, cell: (row) => number(row.impact.candidate_affected) },
        { id: 'forwarded', title: 'Forwarded hit', align: 'end', csv: (row) => row.impact.forwarded_affected, cell: (row) => number(row.impact.forwarded_affected) },
        { id: 'stopped', title: 'Unauthorized stopped', align: 'end', csv: (row) => row.impact.unauthorized_stopped, cell: (row) => number(row.impact.unauthorized_stopped) },
        { id: 'unmet', title: 'Conditions not met', grow: true, csv: (row) => row.unmet.map(gateWords).join(', '), cell: (row) => row.unmet.length ? row.unmet.map(gateWords).join(', ')
          : row.place === 'passed' || row.place === 'present' ? <span class="dim">–</span> : <Mark state="ok">none</Mark> },
      ]} /></details>}</Loaded>
  </Panel>;
}

// The operator's word about a sender: approve, deny or forwarder, with a note.
import { useState } from 'preact/hooks';
import { ApiError, change, mayOperate, path } from '../api';
import { Fault, Facts, Panel, Text, VerdictBadge } from '../parts/bits';
import { Confirm } from '../parts/dialog';
import { announce } from '../parts/live';
import { href } from '../router';
import { time } from '../text';
import type { Decision, Decisions, Readiness } from '../types';
import { kDecisionWords, kVerdictWords } from '../words';

type Kind = 'approve' | 'deny' | 'forwarder';
const kKinds: [Kind, string, string][] = [
  ['approve', 'Approve', 'It is ours: it must keep working'],
  ['deny', 'Deny', 'It is not ours: enforcement shall stop it'],
  ['forwarder', 'Forwarder', 'It passes on mail of others'],
];

export function DecisionFacts({ of }: { of: Decision }) {
  const more = [of.critical && 'critical', of.periodic, of.retired && 'retired'].filter(Boolean).join(', ');
  return <Facts rows={[
    ['Decided', <><strong>{kDecisionWords[of.decision]}</strong>{more && ` (${more})`}</>],
    ['About', <code><Text value={of.what} max={80} /></code>],
    ...(of.note ? [['Note', <Text value={of.note} max={1000} />] as [string, preact.JSX.Element]] : []),
    ['By', <><Text value={of.decided_by} max={60} />, {time(of.decided_at)}</>],
  ]} />;
}

interface Props { domain: string; what: string; decision: Decision | null; onChange: () => void }

export function DecidePanel({ domain, what, decision, onChange }: Props) {
  const [kind, setKind] = useState<Kind | ''>((decision?.decision as Kind) ?? '');
  const [note, setNote] = useState(decision?.note ?? '');
  const [critical, setCritical] = useState(decision?.critical ?? false);
  const [retired, setRetired] = useState(decision?.retired ?? false);
  const [periodic, setPeriodic] = useState(decision?.periodic ?? '');
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const may = mayOperate();
  const about = decision?.what ?? what;

  const run = async (work: () => Promise<unknown>, said: string) => {
    setBusy(true);
    setError(null);
    onChange();
    try {
      await work();
      announce(said);
    } catch (problem) { setError(problem as ApiError); }
    setBusy(false);
  };
  const save = (event: Event) => {
    event.preventDefault();
    if (!kind) return;
    const approve = kind === 'approve';
    void run(() => change<Decisions>('PUT', path('domains', domain, 'senders', about), {
      decision: kind, note: note.trim() || null,
      ...(approve ? { critical, retired, periodic: periodic || null } : {}),
    }), 'Decision saved');
  };
  const forget = () => {
    setAsking(false);
    void run(() => change('DELETE', path('domains', domain, 'senders', about)), 'Decision taken back').then(() => setKind(''));
  };
  return <Panel title="Your decision" id="decide">
    {decision ? <DecisionFacts of={decision} /> : <p class="dim">Nobody has decided about this source; its class comes from the evidence.</p>}
    <form class="decide" onSubmit={save}>
      <fieldset disabled={!may || busy}>
        <legend class="hidden">Decide about this source</legend>
        <div class="choices">{kKinds.map(([id, title, meaning]) => <label key={id} class="choice">
          <input type="radio" name="decision" value={id} checked={kind === id} onChange={() => setKind(id)} />
          <span><strong>{title}</strong><span class="dim">{meaning}</span></span></label>)}</div>
        {kind === 'approve' && <div class="extras">
          <label><input type="checkbox" checked={critical} onChange={(event) => setCritical(event.currentTarget.checked)} /> Critical: always judged, however little it sends</label>
          <label><input type="checkbox" checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} /> Retired: switched off, old failures no longer count</label>
          <label>Sends <select value={periodic} onChange={(event) => setPeriodic(event.currentTarget.value as 'monthly')}>
            <option value="">all the time</option><option value="monthly">monthly</option><option value="quarterly">quarterly</option></select></label>
        </div>}
        <label class="field block"><span>Note</span><textarea rows={2} maxLength={4096} value={note} placeholder="Why, for whoever reads it next year" onInput={(event) => setNote(event.currentTarget.value)} /></label>
        <div class="buttons"><button type="submit" class="primary" disabled={!kind}>{busy ? 'Saving…' : 'Save decision'}</button>
          {decision && <button type="button" onClick={() => setAsking(true)}>Take back</button>}</div>
      </fieldset>
      {!may && <p class="dim">Your token may only read; deciding needs the scope <code>operate</code>.</p>}
      {error && <Fault error={error} />}
    </form>
    {asking && <Confirm title="Take this decision back?" action="Take back" onYes={forget} onNo={() => setAsking(false)}>
      <p>The class of <Text value={about} max={80} /> will come from the evidence again.</p></Confirm>}
  </Panel>;
}

/** The verdict as it is now, and what it was before the decision. */
export function VerdictNow({ domain, verdict, before }: { domain: string; verdict: Readiness | null; before: Readiness | null }) {
  if (!verdict) return null;
  const turned = before && before.verdict !== verdict.verdict;
  return <Panel title={<>Verdict of <a href={href(['domains', domain])}><Text value={domain} max={60} /></a></>} id="verdictnow"><p class="verdictnow" role="status">
    <VerdictBadge verdict={verdict.verdict} />{turned && <span class="dim"> was {kVerdictWords[before.verdict].toLowerCase()}</span>}
    <span class="reason"><Text value={verdict.reason} max={300} /></span>
  </p></Panel>;
}

// What could not be read, why, and what to do about it.
import { useState } from 'preact/hooks';
import { ApiError, address, changeOnly, mayOperate, path, refreshAll, useApi } from '../api';
import { Crumbs, CsvLink, Facts, Fault, Loaded, LongText, Mark, Panel, Text } from '../parts/bits';
import { Confirm } from '../parts/dialog';
import { announce } from '../parts/live';
import { type Column, Table } from '../parts/table';
import { go, href, queryText, useRoute } from '../router';
import { bytes, count, number, time, visible } from '../text';
import type { Reject, RejectDocument, Rejects, Retry } from '../types';
import { plain, reasonAdvice, reasonWords } from '../words';
import { CursorPager } from './reports';

const kColumns: Column<Reject>[] = [
  { id: 'reason', title: 'Why', grow: true, cell: (row) => <span class="lines"><a href={href(['rejects', row.id])}>{plain(row.reason)}</a><span class="dim">{reasonWords(row.reason)}</span></span> },
  { id: 'origin', title: 'From', cell: (row) => <span class="lines"><Text value={row.origin} max={70} />{row.part !== null && <span class="dim"><Text value={row.part} max={70} /></span>}</span> },
  { id: 'size', title: 'Kept', align: 'end', cell: (row) => <span class="nowrap">{bytes(row.size)}</span> },
  { id: 'times', title: 'Times', align: 'end', cell: (row) => number(row.times_seen) },
  { id: 'first', title: 'First seen', only: 'roomy', cell: (row) => <span class="nowrap">{time(row.first_seen)}</span> },
  { id: 'last', title: 'Last seen', cell: (row) => <span class="nowrap">{time(row.last_seen)}</span> },
];

export function RejectsPage() {
  const { query } = useRoute();
  const answer = useApi<Rejects>('rejects' + queryText({ cursor: query.get('cursor'), limit: 50 }));
  return <>
    <div class="pagehead"><h1 tabIndex={-1}>Rejects</h1><p class="dim">What came as a report but could not be read; its bytes are kept</p>{!!answer.data?.rejects.length && <div class="aside"><CsvLink to={address('rejects?format=csv&limit=1000')} /></div>}</div>
    <Loaded answer={answer}>{(data) => <>
      <Table caption="Rejects" rows={data.rejects} columns={kColumns} keyOf={(row) => row.id} pageSize={1000}
        empty={<>Nothing was rejected: every report that came could be read. What could not be would stand here with its reason, to be read again after an upgrade.</>} />
      <CursorPager next={data.next_cursor} what="Rejects" />
    </>}</Loaded>
  </>;
}

/** What reading it again gave, in words. */
function Outcome({ of }: { of: Retry }) {
  if (of.resolved > 0) {
    return <div class="notice ok" role="status"><Mark state="ok" /><div><strong>It could be read now:</strong> {count(of.reports_new, 'new report')}. The reject is gone. <a href={href(['reports'])}>Reports</a></div></div>;
  }
  const change = of.changes[0];
  return <div class="notice warn" role="status"><Mark state="bad" /><div><strong>It still cannot be read.</strong>{' '}
    {change && change.new_reason !== change.old_reason ? <>The reason is now: {reasonWords(change.new_reason)}</> : 'The reason is the same as before.'}</div></div>;
}

export function RejectPage({ id }: { id: string }) {
  const [outcome, setOutcome] = useState<Retry | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [asking, setAsking] = useState<'retry' | 'drop' | null>(null);
  const [busy, setBusy] = useState(false);
  const gone = outcome !== null && outcome.resolved > 0;
  const answer = useApi<RejectDocument>(gone ? null : path('rejects', id));
  const [seen, setSeen] = useState<RejectDocument | null>(null);
  if (answer.data && answer.data !== seen) setSeen(answer.data);

  const run = async (work: () => Promise<void>) => {
    setAsking(null);
    setBusy(true);
    setError(null);
    try { await work(); } catch (problem) { setError(problem as ApiError); }
    setBusy(false);
  };
  const retry = () => run(async () => {
    const result = await changeOnly<Retry>('POST', path('rejects', id, 'retry'));
    setOutcome(result);
    refreshAll();
    announce(result?.resolved ? 'It could be read now' : 'It still cannot be read');
  });
  const drop = () => run(async () => {
    await changeOnly('DELETE', path('rejects', id));
    announce('Reject dropped');
    go(href(['rejects']));
  });
  return <>
    <Crumbs path={[['Rejects', href(['rejects'])]]} />
    <div class="pagehead"><h1 tabIndex={-1}>Reject {id}</h1></div>
    {outcome && <Outcome of={outcome} />}
    {error && <Fault error={error} />}
    {gone && seen ? <Detail of={seen} id={id} /> : <Loaded answer={answer}>{(data) => <>
      <Actions busy={busy} id={id} kept={data.reject.size > 0} ask={setAsking} />
      <Detail of={data} id={id} />
    </>}</Loaded>}
    {asking === 'retry' && <Confirm title="Read it again?" action="Read again" onYes={retry} onNo={() => setAsking(null)}>
      <p>The kept bytes go through this version’s reader with the present limits. What can be read now is stored and counts.</p></Confirm>}
    {asking === 'drop' && <Confirm title="Drop this reject?" action="Drop for good" danger onYes={drop} onNo={() => setAsking(null)}>
      <p>The reject and its kept bytes are deleted. This cannot be taken back.</p></Confirm>}
  </>;
}

function Actions({ busy, id, kept, ask }: { busy: boolean; id: string; kept: boolean; ask: (what: 'retry' | 'drop') => void }) {
  const may = mayOperate();
  return <>
    <div class="buttons">
      <button type="button" class="primary" disabled={!may || busy || !kept} onClick={() => ask('retry')}>{busy ? 'Working…' : 'Read it again'}</button>
      <button type="button" class="danger" disabled={!may || busy} onClick={() => ask('drop')}>Drop</button>
      {kept && <a class="button" href={address(path('rejects', id, 'raw'))} download>Download the bytes</a>}
    </div>
    {!may && <p class="dim">Your token may only read; this needs the scope <code>operate</code>.</p>}
  </>;
}

function Detail({ of: { reject, beginning } }: { of: RejectDocument; id: string }) {
  return <>
    <Panel title="Why it was not read" id="why">
      <p class="reason">{reasonWords(reject.reason)}</p>
      <p><strong>What to do:</strong> {reasonAdvice(reject.reason)}</p>
      <Facts rows={[
        ['Detail', <LongText value={reject.detail} max={600} />], ['Code', <code><Text value={reject.reason} /></code>],
        ['From', <LongText value={reject.origin} />], ['Part', reject.part === null ? 'the whole message' : <LongText value={reject.part} />],
        ['Kept', `${bytes(reject.size)}${reject.whole_message ? ', the whole message' : ''}`],
        ['Seen', reject.times_seen === 1 ? time(reject.last_seen) : `${number(reject.times_seen)} times, ${time(reject.first_seen)} – ${time(reject.last_seen)}`],
      ]} />
    </Panel>
    <Panel title="How it begins" id="bytes"><pre class="raw" tabIndex={0} aria-label="Beginning of the bytes"><bdi>{visible(beginning, true) || '(no bytes)'}</bdi></pre></Panel>
  </>;
}

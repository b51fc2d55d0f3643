// The operator's decisions about a domain, and indirect mail.
import { useState } from 'preact/hooks';
import { ApiError, address, change, mayOperate, path, useApi } from '../api';
import { CsvLink, Fault, Loaded, Panel, Text } from '../parts/bits';
import { Confirm } from '../parts/dialog';
import { announce } from '../parts/live';
import { Table } from '../parts/table';
import { dated, href, queryText } from '../router';
import { time } from '../text';
import type { Decision, Decisions, Readiness } from '../types';
import { kDecisionWords } from '../words';
import { DomainHead } from './domain_head';

export function DecisionsPage({ domain }: { domain: string }) {
  const answer = useApi<Decisions>('senders' + queryText({ domain }));
  const verdict = useApi<Readiness>(path('domains', domain, 'readiness') + dated());
  const [asking, setAsking] = useState<Decision | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const may = mayOperate();
  const run = (work: Promise<unknown>, said: string) => {
    setAsking(null);
    setError(null);
    work.then(() => announce(said), setError);
  };
  const forget = (one: Decision) => run(change('DELETE', one.what === null ? path('domains', domain, 'acknowledgement') : path('domains', domain, 'senders', one.what)), 'Decision taken back');
  const acknowledge = () => run(change('PUT', path('domains', domain, 'acknowledgement'), {}), 'Acknowledged');
  return <>
    <DomainHead domain={domain} tab="decisions" verdict={verdict.data?.verdict} />
    {error && <Fault error={error} />}
    <Loaded answer={answer}>{({ decisions }) => {
      const indirect = decisions.find((one) => one.decision === 'acknowledge');
      return <>
        <Panel title="Decisions" id="list" aside={<CsvLink to={address('senders' + queryText({ domain, format: 'csv' }))} />}>
          <Table caption="Decisions" rows={decisions} keyOf={(one) => one.what ?? ''} empty={<>No decision yet. Open one of the <a href={href(['domains', domain, 'sources'])}>sources</a> and say whether it is yours; candidates wait for it.</>} columns={[
            { id: 'what', title: 'About', grow: true, by: (one) => one.what, cell: (one) => one.what === null ? 'Indirect mail' : one.what.includes(':') && !one.what.includes('/')
              ? <a href={href(['domains', domain, 'sources', one.what])}><Text value={one.what} max={80} /></a> : <Text value={one.what} max={80} /> },
            { id: 'decision', title: 'Decision', by: (one) => one.decision, cell: (one) => <>{kDecisionWords[one.decision]}{one.critical && ', critical'}{one.retired && ', retired'}{one.periodic && `, ${one.periodic}`}</> },
            { id: 'note', title: 'Note', cell: (one) => <Text value={one.note || null} max={300} /> },
            { id: 'by', title: 'By', only: 'roomy', by: (one) => one.decided_by, cell: (one) => <Text value={one.decided_by} max={40} /> },
            { id: 'at', title: 'When', largestFirst: true, by: (one) => one.decided_at, cell: (one) => <span class="nowrap">{time(one.decided_at)}</span> },
            { id: 'forget', title: 'Change', cell: (one) => <button type="button" class="small" disabled={!may} onClick={() => setAsking(one)}>Take back</button> },
          ]} />
        </Panel>
        {!indirect && <Panel title="Indirect mail" id="indirect" quiet>
          <p>Forwarders and mailing lists break DMARC for some of your mail. Where the last steps wait for that alone, you may accept that this mail will fail.</p>
          <div class="buttons"><button type="button" disabled={!may} onClick={acknowledge}>Accept that indirect mail will fail</button></div></Panel>}
        {asking && <Confirm title="Take this decision back?" action="Take back" onYes={() => forget(asking)} onNo={() => setAsking(null)}>
          <p>{asking.what === null ? 'Failing indirect mail will hold the domain back again.' : <>The class of <Text value={asking.what} max={80} /> will come from the evidence again.</>}</p></Confirm>}
      </>;
    }}</Loaded>
  </>;
}

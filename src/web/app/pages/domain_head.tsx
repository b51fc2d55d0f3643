// What all pages of one domain begin with.
import { Crumbs, Tabs, Text, VerdictBadge } from '../parts/bits';
import { href } from '../router';
import type { VerdictWord } from '../types';

export function DomainHead({ domain, tab, verdict }: { domain: string; tab: string; verdict?: VerdictWord }) {
  const link = (...rest: string[]) => href(['domains', domain, ...rest]);
  return <>
    <Crumbs path={[['Domains', href(['domains'])]]} />
    <div class="pagehead"><h1 tabIndex={-1}><Text value={domain} max={120} /></h1>{verdict && <VerdictBadge verdict={verdict} />}</div>
    <Tabs label="Parts of this domain" tabs={[
      ['Readiness', link(), tab === 'readiness'], ['Sources', link('sources'), tab === 'sources'],
      ['Decisions', link('decisions'), tab === 'decisions'], ['Reports', href(['reports'], { domain }), false],
    ]} />
  </>;
}

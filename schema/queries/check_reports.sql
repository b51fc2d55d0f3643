-- In the order of the roll-ups' keys: domain, then time.
select report_key, policy_domain, reporter, generation, policy,
       trust + 4 * exists (select 1 from implausible as i where i.report_key = r.report_key and i.accepted_at is null),
       period_begin, period_end, records_pruned, records, messages
from report as r order by policy_domain, period_begin, period_end;

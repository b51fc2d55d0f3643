-- In the order of the roll-ups' keys: domain, then time.
select report_key, policy_domain, reporter, generation, policy, trust, period_begin, period_end, records_pruned, records,
       messages
from report order by policy_domain, period_begin, period_end;

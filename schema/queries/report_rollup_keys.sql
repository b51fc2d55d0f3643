-- A report that waits for the operator lies under trust + 4.
select policy_domain, reporter, generation, policy,
       trust + 4 * exists (select 1 from implausible as i where i.report_key = ?1 and i.accepted_at is null),
       period_begin, period_end
from report where report_key = ?1;

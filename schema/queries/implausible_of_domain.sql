-- Those that wait because nobody knows their reporter (1), oldest first.
select i.report_key, i.reasons, r.reporter_folded, r.period_begin, r.period_end, r.messages, r.records_pruned
from implausible as i join report as r on r.report_key = i.report_key
where i.accepted_at is null and i.reasons & 1 and r.policy_domain = ?1
order by r.period_begin, i.report_key;

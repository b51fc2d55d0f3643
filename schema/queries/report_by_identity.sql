select report_key, records_digest, messages, trust, records_pruned, origin, document is not null
from report
where policy_domain = ?1 and period_begin = ?2 and period_end = ?3 and reporter_folded = ?4 and report_id = ?5;

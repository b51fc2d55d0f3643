select report_key, records from report
where report_key > ?1 and records_pruned = 0 and period_end < ?2
order by report_key limit ?3;

select report_key from report
where report_key > ?1 and raw_bytes > 0 and received_at < ?2
order by report_key limit ?3;

select report_key, trust, records_pruned, period_begin from report where document = ?1 limit 1;

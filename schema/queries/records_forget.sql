update report set records_pruned = 1 where report_key = ?1 and records_pruned = 0 and period_end < ?2;

delete from report where report_key = ?1;

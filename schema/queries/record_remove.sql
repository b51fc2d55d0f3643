delete from record where report_key = ?1;

delete from record_block where report_key = ?1;

select packed from record_block where report_key = ?1 order by block;

update report set trust = ?2 where report_key = ?1;

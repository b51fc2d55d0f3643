update report set document = ?2 where report_key = ?1;

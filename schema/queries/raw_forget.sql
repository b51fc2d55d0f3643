update report set raw_bytes = 0 where report_key = ?1 and raw_bytes > 0 and received_at < ?2;

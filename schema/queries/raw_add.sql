insert into raw_document (report_key, encoding, bytes) values (?1, ?2, ?3);

insert into record_block (report_key, block, packed) values (?1, ?2, ?3);

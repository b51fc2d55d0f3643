insert into record (report_key, ordinal, address, evidence, outcome, messages) values (?1, ?2, ?3, ?4, ?5, ?6);

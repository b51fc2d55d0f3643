select address, evidence, outcome, messages from record where report_key = ?1 order by ordinal;

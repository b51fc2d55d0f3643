delete from implausible where report_key = ?1;

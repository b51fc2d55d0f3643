-- Candidates for a filter by address: the addresses of one report.
select distinct a.bytes from record as r join address as a on a.address_key = r.address where r.report_key = ?1;

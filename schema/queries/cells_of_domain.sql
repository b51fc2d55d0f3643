-- Reports with trust failed (2) are left out. In key order: rows that differ in trust alone follow each other.
select day, address, reporter, evidence, outcome, messages from cell
where policy_domain = ?1 and day between ?2 and ?3 and trust <> 2
order by day, address, reporter, evidence, outcome, trust;

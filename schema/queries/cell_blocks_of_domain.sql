-- Reports with trust failed (2) are left out. In key order: blocks that differ in trust alone follow each other.
select day, reporter, packed from cell_block
where policy_domain = ?1 and day between ?2 and ?3 and trust <> 2
order by day, reporter, trust;

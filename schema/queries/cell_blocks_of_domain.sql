-- ?4: which values of trust count, as bits. In key order: blocks that differ in trust alone follow each other.
select day, reporter, packed from cell_block
where policy_domain = ?1 and day between ?2 and ?3 and (?4 >> trust) & 1
order by day, reporter, trust;

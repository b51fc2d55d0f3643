-- ?4: which values of trust count, as bits.
select cast(max(0, total(cells)) as integer) from cell_block
where policy_domain = ?1 and day between ?2 and ?3 and (?4 >> trust) & 1;

-- How many there may be at most: a cell takes four bytes or more. ?4: which values of trust count, as bits.
select cast(max(0, min(total(cells), total(length(packed)) / 4)) as integer) from cell_block
where policy_domain = ?1 and day between ?2 and ?3 and (?4 >> trust) & 1;

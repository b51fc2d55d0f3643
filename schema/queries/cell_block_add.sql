insert into cell_block (policy_domain, day, reporter, trust, cells, packed) values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict do nothing;

select policy_domain, day, reporter, trust, cells, packed from cell_block order by policy_domain, day, reporter, trust;

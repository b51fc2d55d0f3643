select packed from cell_block where policy_domain = ?1 and day = ?2 and reporter = ?3 and trust = ?4;

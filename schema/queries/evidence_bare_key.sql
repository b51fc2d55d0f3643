select ifnull(bare_key, evidence_key) from evidence where evidence_key = ?1;

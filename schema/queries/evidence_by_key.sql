select packed, bare_key from evidence where evidence_key = ?1;

select evidence_key, packed from evidence where evidence_key >= ?1 order by evidence_key;

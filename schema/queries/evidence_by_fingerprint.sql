select evidence_key, bare_key, packed from evidence where fingerprint = ?1;

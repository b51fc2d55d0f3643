select evidence_key, packed from evidence order by evidence_key;

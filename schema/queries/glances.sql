select domain, facts, decisions, packed from glance where settings = ?1;

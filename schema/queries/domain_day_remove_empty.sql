delete from domain_day where policy_domain = ?1 and day = ?2 and trust = ?3 and reports = 0 and messages = 0;

delete from policy_day
where policy_domain = ?1 and day = ?2 and reporter = ?3 and generation = ?4 and policy = ?5 and trust = ?6
  and reports = 0 and messages = 0;

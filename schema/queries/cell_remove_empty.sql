delete from cell
where policy_domain = ?1 and day = ?2 and address = ?3 and reporter = ?4 and evidence = ?5 and outcome = ?6
  and trust = ?7 and messages = 0;

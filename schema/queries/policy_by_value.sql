select policy_key from policy
where p is ?1 and sp is ?2 and np is ?3 and pct is ?4 and testing is ?5 and adkim is ?6 and aspf is ?7
  and fo is ?8 and discovery_method is ?9;

select count(*) from reject where first_seen >= ?1;

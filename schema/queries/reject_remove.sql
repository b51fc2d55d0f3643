delete from reject where reject_key = ?1;

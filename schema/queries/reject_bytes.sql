select bytes from reject where reject_key = ?1;

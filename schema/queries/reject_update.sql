update reject set reason = ?2, detail = ?3 where reject_key = ?1;

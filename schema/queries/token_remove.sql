delete from token where token_key = ?1;

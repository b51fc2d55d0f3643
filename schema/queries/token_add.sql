insert into token (name, hash, scopes, created_at) values (?1, ?2, ?3, ?4);

select token_key, name, hash, scopes, created_at from token order by token_key;

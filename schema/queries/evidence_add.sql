insert into evidence (fingerprint, bare_key, author_domain, packed) values (?1, ?2, ?3, ?4);

update reject set times_seen = times_seen + 1, last_seen = max(last_seen, ?2) where fingerprint = ?1;

-- What came again with a better authenticated mail is believed as much as that: failed (2), unverified (0), trusted (1).
update reject set times_seen = times_seen + 1, last_seen = max(last_seen, ?2),
                  trust = case when (?3 + 1) % 3 > (trust + 1) % 3 then ?3 else trust end
where fingerprint = ?1;

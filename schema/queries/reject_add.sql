insert into reject (fingerprint, origin, part, reason, detail, whole_message, encoding, size, first_seen, last_seen,
                    times_seen, bytes, trust)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, 1, ?10, ?11);

-- The newest rejects below ?1, at most ?2.
select reject_key, origin, part, reason, detail, whole_message, encoding, size, first_seen, last_seen, times_seen,
       trust
from reject where reject_key < ?1 order by reject_key desc limit ?2;

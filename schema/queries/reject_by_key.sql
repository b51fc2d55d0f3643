select reject_key, origin, part, reason, detail, whole_message, encoding, size, first_seen, last_seen, times_seen
from reject where reject_key = ?1;

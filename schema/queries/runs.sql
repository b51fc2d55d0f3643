select started_at, finished_at, mailbox, messages, reports_new, reports_duplicate, reports_conflicting, records,
       rejected, ignored, failures
from ingest_run order by finished_at desc, run_key desc limit ?1;

insert into ingest_run (started_at, finished_at, mailbox, messages, reports_new, reports_duplicate,
                        reports_conflicting, records, rejected, ignored, failures)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

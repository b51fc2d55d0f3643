-- A sum that does not fit becomes the largest number (cast from real), never an error: counts come from outside.
insert into domain_day (policy_domain, day, trust, reports, messages, dkim_aligned, spf_aligned, aligned, quarantined,
                        rejected)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
on conflict (policy_domain, day, trust)
do update set reports = reports + excluded.reports,
              messages = cast(messages + excluded.messages as integer),
              dkim_aligned = cast(dkim_aligned + excluded.dkim_aligned as integer),
              spf_aligned = cast(spf_aligned + excluded.spf_aligned as integer),
              aligned = cast(aligned + excluded.aligned as integer),
              quarantined = cast(quarantined + excluded.quarantined as integer),
              rejected = cast(rejected + excluded.rejected as integer);

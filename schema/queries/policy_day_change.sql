-- A sum that does not fit becomes the largest number (cast from real), never an error: counts come from outside.
insert into policy_day (policy_domain, day, reporter, generation, policy, trust, reports, messages)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
on conflict (policy_domain, day, reporter, generation, policy, trust)
do update set reports = reports + excluded.reports, messages = cast(messages + excluded.messages as integer);

-- A sum that does not fit becomes the largest number (cast from real), never an error: counts come from outside.
insert into cell (policy_domain, day, address, reporter, evidence, outcome, trust, messages)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
on conflict (policy_domain, day, address, reporter, evidence, outcome, trust)
do update set messages = cast(messages + excluded.messages as integer);

insert into pruned_day (policy_domain, day, trust, messages) values (?1, ?2, ?3, ?4)
on conflict (policy_domain, day, trust)
do update set messages = cast(messages + excluded.messages as integer);

-- ?2 and ?3: 1 where facts or decisions changed, else 0.
insert into data_version (what, facts, decisions) values (?1, ?2, ?3)
on conflict (what) do update set facts = facts + excluded.facts, decisions = decisions + excluded.decisions;

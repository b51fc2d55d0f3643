-- Facts of the policy domain whose key is ?1.
insert into data_version (what, facts, decisions) select value, 1, 0 from text where text_key = ?1
on conflict (what) do update set facts = facts + 1;

insert into glance (domain, settings, facts, decisions, packed) values (?1, ?2, ?3, ?4, ?5)
on conflict (domain) do update
set settings = excluded.settings, facts = excluded.facts, decisions = excluded.decisions, packed = excluded.packed;

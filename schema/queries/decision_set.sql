insert into decision (domain, what, kind, critical, retired, periodic, note, decided_by, decided_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
on conflict (domain, what)
do update set kind = excluded.kind, critical = excluded.critical, retired = excluded.retired,
              periodic = excluded.periodic, note = excluded.note, decided_by = excluded.decided_by,
              decided_at = excluded.decided_at;

select domain, what, kind, critical, retired, periodic, note, decided_by, decided_at from decision
where ?1 is null or domain = ?1
order by domain, what;

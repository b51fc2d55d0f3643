insert into checkpoint (server, folder, uid_validity, last_uid)
values (?1, ?2, ?3, ?4)
on conflict (server, folder) do update set uid_validity = excluded.uid_validity, last_uid = excluded.last_uid;

insert into address (bytes) values (?1) on conflict (bytes) do nothing;

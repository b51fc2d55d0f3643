pragma integrity_check (20);

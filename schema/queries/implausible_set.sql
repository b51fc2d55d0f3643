insert into implausible (report_key, reasons) values (?1, ?2)
on conflict (report_key) do update set reasons = excluded.reasons;

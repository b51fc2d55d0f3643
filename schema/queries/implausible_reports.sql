-- Those that wait, oldest first.
select i.report_key from implausible as i join report as r on r.report_key = i.report_key
where i.accepted_at is null
order by r.period_begin, i.report_key;

-- Has the reporter ?2 a report about ?1 that counts and begins before ?3?
select 1 from report as r
where policy_domain = ?1 and period_begin < ?3 and reporter_folded = ?2
  and not exists (select 1 from implausible as i where i.report_key = r.report_key and i.accepted_at is null)
order by period_begin desc limit 1;

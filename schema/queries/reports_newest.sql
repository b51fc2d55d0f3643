-- ?1 is not used here: see reports_of_domain_newest. ?2 reporter, ?3 and ?4 instants; null: any.
select r.report_key, r.policy_domain, r.period_begin, r.period_end, r.report_id, r.reporter, r.generation, r.trust,
       r.policy, r.version, r.email, r.extra_contact_info, r.generator, r.errors, r.records, r.messages,
       r.dkim_aligned, r.spf_aligned, r.aligned, r.disposition_none, r.disposition_pass, r.disposition_quarantine,
       r.disposition_reject, r.source_ips, r.author_domains, r.records_left_out, r.tolerances, r.received_at,
       r.raw_bytes, r.origin,
       (select reasons from implausible as i where i.report_key = r.report_key),
       (select accepted_at from implausible as i where i.report_key = r.report_key)
from report as r
where ?1 is null
  and (?2 is null or r.reporter_folded = ?2)
  and (?3 is null or r.period_end > ?3 or r.period_begin >= ?3)
  and (?4 is null or r.period_begin < ?4)
  and (r.period_begin, r.period_end, r.report_key) <
      (coalesce(?5, 9223372036854775807), coalesce(?6, 9223372036854775807), coalesce(?7, 9223372036854775807))
order by r.period_begin desc, r.period_end desc, r.report_key desc;

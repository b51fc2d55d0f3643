-- ?1 is null for a new key.
insert into report (report_key, policy_domain, period_begin, period_end, reporter_folded, report_id, reporter,
                    records_digest, generation, trust, policy, version, email, extra_contact_info, generator, errors,
                    records, messages, dkim_aligned, spf_aligned, aligned, disposition_none, disposition_pass,
                    disposition_quarantine, disposition_reject, source_ips, author_domains, records_left_out,
                    tolerances, received_at, raw_bytes, origin, document)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
        ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33);

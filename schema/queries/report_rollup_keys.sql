select policy_domain, reporter, generation, policy, trust, period_begin, period_end from report
where report_key = ?1;

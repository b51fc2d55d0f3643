select policy_domain, day, reporter, generation, policy, trust, reports, messages from policy_day
order by policy_domain, day, reporter, generation, policy, trust;

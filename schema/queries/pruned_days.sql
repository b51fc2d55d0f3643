select policy_domain, day, trust, messages from pruned_day;

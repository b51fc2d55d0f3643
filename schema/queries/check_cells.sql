select policy_domain, day, address, reporter, evidence, outcome, trust, messages from cell
order by policy_domain, day, address, reporter, evidence, outcome, trust;

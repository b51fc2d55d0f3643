select policy_domain, day, trust, reports, messages, dkim_aligned, spf_aligned, aligned, quarantined, rejected
from domain_day order by policy_domain, day, trust;

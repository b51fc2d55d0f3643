-- ?4: which values of trust count, as bits.
select day, reporter, generation, policy, reports, messages from policy_day
where policy_domain = ?1 and day between ?2 and ?3 and (?4 >> trust) & 1
order by day, reporter, generation, policy, trust;

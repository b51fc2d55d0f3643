-- Messages of each day with reports that count and did not fail, the quietest first.
select cast(total(messages) as integer) as volume from domain_day
where policy_domain = ?1 and day between ?2 and ?3 and trust in (0, 1)
group by day order by volume;

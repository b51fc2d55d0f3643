-- ?4: which values of trust count, as bits.
-- total() and not sum(), which fails when the sum does not fit.
select day, sum(reports), cast(total(messages) as integer), cast(total(dkim_aligned) as integer),
       cast(total(spf_aligned) as integer), cast(total(aligned) as integer), cast(total(quarantined) as integer),
       cast(total(rejected) as integer)
from domain_day
where policy_domain = ?1 and day between ?2 and ?3 and (?4 >> trust) & 1
group by day order by day;

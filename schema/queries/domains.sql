-- total() and not sum(), which fails when the sum does not fit. ?1: which values of trust count, as bits.
select t.value, min(d.day), max(d.day), sum(d.reports), cast(total(d.messages) as integer)
from domain_day as d join text as t on t.text_key = d.policy_domain
where (?1 >> d.trust) & 1
group by d.policy_domain
order by t.value;

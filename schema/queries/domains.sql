-- total() and not sum(), which fails when the sum does not fit. Reports with trust failed (2) are left out.
select t.value, min(d.day), max(d.day), sum(d.reports), cast(total(d.messages) as integer)
from domain_day as d join text as t on t.text_key = d.policy_domain
where d.trust <> 2
group by d.policy_domain
order by t.value;

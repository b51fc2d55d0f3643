-- From one domain's first row to the next one's: as fast as there are few domains, however many days they have.
-- ?1: which values of trust count, as bits.
with recursive domain (policy_domain) as (
    select min(policy_domain) from domain_day
    union all
    select (select min(d.policy_domain) from domain_day as d where d.policy_domain > domain.policy_domain)
    from domain
    where domain.policy_domain is not null
),
span (policy_domain, first_day, last_day) as (
    select domain.policy_domain,
           (select d.day from domain_day as d
            where d.policy_domain = domain.policy_domain and (?1 >> d.trust) & 1
            order by d.day limit 1),
           (select d.day from domain_day as d
            where d.policy_domain = domain.policy_domain and (?1 >> d.trust) & 1
            order by d.day desc limit 1)
    from domain
    where domain.policy_domain is not null
)
select t.value, span.first_day, span.last_day
from span join text as t on t.text_key = span.policy_domain
where span.first_day is not null
order by t.value;

-- One pass over each table, none over report's domains: from one's first report to the next one's.
with recursive domain (policy_domain) as (
    select min(policy_domain) from report
    union all
    select (select min(r.policy_domain) from report as r where r.policy_domain > domain.policy_domain)
    from domain
    where domain.policy_domain is not null
)
select count(*),
       cast(total(iif(records_pruned = 0, records, 0)) as integer),
       cast(total(messages) as integer),
       (select count(policy_domain) from domain),
       (select count(*) from reject),
       count(iif(raw_bytes > 0, 1, null)),
       cast(total(raw_bytes) as integer),
       (select cast(total(cells) as integer) from cell_block),
       (select count(*) from text),
       (select count(*) from address) - (select count(*) from address where address_key <= 0),
       (select min(period_begin) from report),
       max(period_end)
from report;

-- Rows with numbers that stand for nothing (src/store/packing.hpp); those of roll-ups show as drift.
select 'report', report_key from report where generation not between 0 and 1 or trust not between 0 and 2
union all
select 'policy', policy_key from policy
where p not between 0 and 2 or sp not between 0 and 2 or np not between 0 and 2 or pct not between 0 and 100
      or adkim not between 0 and 1 or aspf not between 0 and 1
union all
select 'raw_document', report_key from raw_document where encoding not between 0 and 2
union all
select 'reject', reject_key from reject where encoding not between 0 and 2 or trust not between 0 and 2
union all
select 'decision of ' || domain || ' about', what from decision where kind not between 0 and 3;

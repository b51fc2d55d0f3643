-- 0003_implausible: reports that are hard to believe, and what the operator says of them. Those that wait are kept in the
-- roll-ups apart from the others: under trust + 4.

create table implausible (
    report_key  integer primary key references report (report_key),
    reasons     integer not null,
    accepted_at integer
) strict;

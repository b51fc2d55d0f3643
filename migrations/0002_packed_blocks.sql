-- 0002_packed_blocks: records of a report, and the messages of a reporter's day, packed into blocks. A row for each
-- record and each cell was most of the cost of storing a report. ruagate_pack_records and ruagate_pack_cells are
-- functions of the program that applies this (src/store/block_functions.cpp).

create table record_block (
    report_key integer not null references report (report_key),
    block      integer not null,
    packed     blob    not null,
    primary key (report_key, block)
) strict, without rowid;

insert into record_block (report_key, block, packed)
select report_key, ordinal / 4096, ruagate_pack_records(ordinal, address, evidence, outcome, messages)
from record group by report_key, ordinal / 4096;

create table cell_block (
    policy_domain integer not null,
    day           integer not null,
    reporter      integer not null,
    trust         integer not null,
    cells         integer not null,
    packed        blob    not null,
    primary key (policy_domain, day, reporter, trust)
) strict, without rowid;

insert into cell_block (policy_domain, day, reporter, trust, cells, packed)
select policy_domain, day, reporter, trust, count(*), ruagate_pack_cells(address, evidence, outcome, messages)
from cell group by policy_domain, day, reporter, trust;

drop table record;
drop table cell;

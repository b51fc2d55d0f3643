-- 0008_glance: what the overview says of each domain, so that a service that starts again has it at once.

create table glance (
    domain    text    primary key,       -- policy domain
    settings  text    not null,          -- what else it was worked out by: program, configuration, day
    facts     integer not null,          -- of data_version when its facts were read, as the next
    decisions integer not null,
    packed    blob    not null           -- MessagePack
) strict, without rowid;

-- 0006_service: tokens for the HTTP API, and counters that say whether answers can have changed.

create table token (
    token_key  integer primary key,
    name       text    not null unique,
    hash       blob    not null unique,  -- SHA-256 of the token; the token itself is nowhere
    scopes     integer not null,         -- bits: 1 read, 2 operate, 4 intake
    created_at integer not null          -- seconds since 1970 UTC
) strict;

create table data_version (
    what      text    primary key,       -- policy domain; '*': all of them; '*tokens'
    facts     integer not null,          -- one more with each commit that changed reports or rejects
    decisions integer not null           -- the same for the operator's decisions
) strict, without rowid;

-- db.sql: the whole schema, what all migrations add up to (a test proves it).
-- Numbers that stand for words (generation, trust, outcome ...) are those of src/store/packing.hpp and never change.

pragma application_id = 1381319015;  -- "RUAg": tells this file from other programs' databases

-- Which migrations this database has had. Each adds its own row, in its own transaction.
create table migration (
    number     integer primary key,
    name       text    not null,
    checksum   text    not null,  -- SHA-256 of the file, hexadecimal
    applied_at integer not null   -- seconds since 1970 UTC
) strict;

-- Repeated strings, each once. Rows are never deleted: keys are remembered by running processes.
create table text (
    text_key integer primary key,  -- from 1; 0 inside packed values: empty or absent
    value    text    not null unique
) strict;

-- Source addresses, each once.
create table address (
    address_key integer primary key,
    bytes       blob    not null unique  -- 4 or 16 bytes in network order
) strict;
insert into address (address_key, bytes) values (0, x'');  -- records that named no address

-- Who sent, apart from the address: identifiers, raw results, override reasons. Many records share one.
create table evidence (
    evidence_key  integer primary key,
    fingerprint   integer not null,  -- first 8 bytes of the SHA-256 of packed; finds it, packed decides
    bare_key      integer references evidence (evidence_key),  -- the same without the receiver's free texts;
                                                               -- null when there are none
    author_domain integer not null references text (text_key),
    packed        blob    not null   -- keys of text, see src/store/packing.hpp
) strict;
create index evidence_by_fingerprint on evidence (fingerprint);

-- Published policies (policy_published without its domain), each once; null is "not said".
create table policy (
    policy_key       integer primary key,
    p                integer,  -- 0 none, 1 quarantine, 2 reject
    sp               integer,
    np               integer,
    pct              integer,
    testing          integer,  -- the t tag (RFC 9989)
    adkim            integer,  -- 0 relaxed, 1 strict
    aspf             integer,
    fo               text,
    discovery_method text
) strict;
create index policy_by_value on policy (p, sp, np, pct, adkim, aspf);

-- One row for each report in the figures.
create table report (
    report_key      integer primary key,
    policy_domain   integer not null references text (text_key),
    period_begin    integer not null,  -- seconds since 1970 UTC, as the report said
    period_end      integer not null,
    reporter_folded integer not null references text (text_key),  -- org_name in lower case
    report_id       text    not null,
    reporter        integer not null references text (text_key),  -- org_name as sent
    records_digest  blob    not null,  -- SHA-256 of the canonical records: tells a duplicate from a conflict
    generation      integer not null,  -- 0 RFC 7489, 1 RFC 9990
    trust           integer not null,  -- 0 unverified, 1 trusted, 2 failed
    policy          integer not null references policy (policy_key),
    version            integer references text (text_key),
    email              integer references text (text_key),
    extra_contact_info integer references text (text_key),
    generator          integer references text (text_key),
    errors          blob,              -- packed keys of text; null when none
    -- Sums over the records, in messages (records: in records).
    records         integer not null,
    messages        integer not null,
    dkim_aligned    integer not null,
    spf_aligned     integer not null,
    aligned         integer not null,
    disposition_none       integer not null,
    disposition_pass       integer not null,
    disposition_quarantine integer not null,
    disposition_reject     integer not null,
    source_ips      integer not null,  -- distinct addresses
    author_domains  blob    not null,  -- packed keys of text, distinct
    records_left_out integer not null,
    tolerances      blob,              -- packed keys of text; null when none
    received_at     integer not null,  -- seconds since 1970 UTC, our clock
    raw_bytes       integer not null,  -- size of the raw document; 0 when it is not kept
    records_pruned  integer not null default 0,  -- 1: the rows of record are gone, roll-ups and this row stay
    origin          text    not null,  -- mailbox or path and message, for people
    document        blob,              -- key of the bytes it came in (src/store/store.hpp); null where they do not tell all
    check (period_begin <= period_end),
    unique (policy_domain, period_begin, period_end, reporter_folded, report_id)
) strict;
create index report_by_period on report (period_begin, period_end);
create index report_by_document on report (document) where document is not null;

-- The facts: the records of a report, 4,096 to a block. Packed: address, evidence, outcome, messages of each record
-- (src/store/packing.hpp); outcome is disposition + 8 * dkim_aligned + 32 * spf_aligned. `ruagate db check` looks for
-- keys of address and evidence that are not there.
create table record_block (
    report_key integer not null references report (report_key),
    block      integer not null,  -- from 0, in the report's order
    packed     blob    not null,
    primary key (report_key, block)
) strict, without rowid;

-- Reports that are hard to believe. Those that wait for the operator are kept in the roll-ups under trust + 4.
create table implausible (
    report_key  integer primary key references report (report_key),
    reasons     integer not null,  -- bits: 1 unknown reporter, 2 future, 4 before DMARC, 8 counts
    accepted_at integer            -- seconds since 1970 UTC; null: waits, and counts nowhere
) strict;

-- Documents as received.
create table raw_document (
    report_key integer primary key references report (report_key),
    encoding   integer not null,  -- 0 plain, 1 gzip, 2 zip
    bytes      blob    not null
) strict;

-- Which policy domains had mail from an author domain other than themselves.
create table author_domain (
    author_domain integer not null references text (text_key),
    policy_domain integer not null references text (text_key),
    primary key (author_domain, policy_domain)
) strict, without rowid;

-- Roll-ups. Changed in the transaction that changes the records, kept when old records are deleted, and compared
-- with the records by `ruagate db check`; their keys are not declared as references, which halves the cost of a row.

-- Messages of a reporter's day, a cell for all that share address, evidence and outcome. Packed: each cell's address (as
-- the difference from the one before), evidence without the receiver's free texts, outcome, messages; in this order.
create table cell_block (
    policy_domain integer not null,
    day           integer not null,  -- days since 1970 UTC
    reporter      integer not null,
    trust         integer not null,
    cells         integer not null,  -- how many
    packed        blob    not null,
    primary key (policy_domain, day, reporter, trust)
) strict, without rowid;

-- Which policy a reporter saw on a day. A report counts on the day it begins, its messages on the days it covers.
create table policy_day (
    policy_domain integer not null,
    day           integer not null,
    reporter      integer not null,
    generation    integer not null,
    policy        integer not null,
    trust         integer not null,
    reports       integer not null,
    messages      integer not null,
    primary key (policy_domain, day, reporter, generation, policy, trust)
) strict, without rowid;

-- Totals of a domain's day, for trends.
create table domain_day (
    policy_domain integer not null,
    day           integer not null,
    trust         integer not null,
    reports       integer not null,
    messages      integer not null,
    dkim_aligned  integer not null,
    spf_aligned   integer not null,
    aligned       integer not null,
    quarantined   integer not null,
    rejected      integer not null,
    primary key (policy_domain, day, trust)
) strict, without rowid;

-- Messages of records that were deleted for their age: what the roll-ups may have more than the records.
create table pruned_day (
    policy_domain integer not null,
    day           integer not null,
    trust         integer not null,
    messages      integer not null,
    primary key (policy_domain, day, trust)
) strict, without rowid;

-- What could not be read, with its bytes.
create table reject (
    reject_key    integer primary key,
    fingerprint   blob    not null unique,  -- SHA-256 of bytes and part: seen again, counted again
    origin        text    not null,  -- where it was seen first
    part          text    not null,
    reason        text    not null,  -- reason code
    detail        text    not null,
    whole_message integer not null,  -- 0: a document or container out of a message
    encoding      integer not null,  -- of bytes: 0 as given, 1 gzip document, 2 zip document
    size          integer not null,
    first_seen    integer not null,
    last_seen     integer not null,
    times_seen    integer not null,
    bytes         blob    not null,
    trust         integer not null default 0  -- of the mail, as in report
) strict;

-- The operator's decisions.
create table decision (
    domain     text    not null,  -- policy domain
    what       text    not null,  -- source key, address, network or domain; empty for acknowledge
    kind       integer not null,  -- 0 approve, 1 deny, 2 forwarder, 3 acknowledge
    critical   integer not null,
    retired    integer not null,
    periodic   text,
    note       text    not null,
    decided_by text    not null,
    decided_at integer not null,
    primary key (domain, what)
) strict, without rowid;

-- Finished passes over mailboxes.
create table ingest_run (
    run_key             integer primary key,
    started_at          integer not null,
    finished_at         integer not null,
    mailbox             text    not null,
    messages            integer not null,
    reports_new         integer not null,
    reports_duplicate   integer not null,
    reports_conflicting integer not null,
    records             integer not null,
    rejected            integer not null,
    ignored             integer not null,
    failures            integer not null
) strict;

-- How far each folder of a mail server has been worked through: every message up to last_uid is stored and
-- acknowledged, or has gone.
create table checkpoint (
    server       text    not null,  -- imap://USER@HOST:PORT
    folder       text    not null,  -- as configured
    uid_validity integer not null,  -- under another one the numbers mean other messages
    last_uid     integer not null,
    primary key (server, folder)
) strict, without rowid;

-- Access to the HTTP API.
create table token (
    token_key  integer primary key,
    name       text    not null unique,
    hash       blob    not null unique,  -- SHA-256 of the token; the token itself is nowhere
    scopes     integer not null,         -- bits: 1 read, 2 operate, 4 intake
    created_at integer not null          -- seconds since 1970 UTC
) strict;

-- Whether answers can have changed since they were given.
create table data_version (
    what      text    primary key,       -- policy domain; '*': all of them; '*tokens'
    facts     integer not null,          -- one more with each commit that changed reports or rejects
    decisions integer not null           -- the same for the operator's decisions
) strict, without rowid;

-- What the overview says of each domain, so that a service that starts again has it at once.
create table glance (
    domain    text    primary key,       -- policy domain
    settings  text    not null,          -- what else it was worked out by: program, configuration, day
    facts     integer not null,          -- of data_version when its facts were read, as the next
    decisions integer not null,
    packed    blob    not null           -- MessagePack
) strict, without rowid;

-- 0004_checkpoint: how far each folder of a mail server has been worked through.

create table checkpoint (
    server       text    not null,
    folder       text    not null,
    uid_validity integer not null,
    last_uid     integer not null,
    primary key (server, folder)
) strict, without rowid;

-- 0005_reject_trust: how far the mail of a reject was authenticated, so that its reports count as much when they can be read later.

alter table reject add column trust integer not null default 0;

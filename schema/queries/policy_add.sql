insert into policy (p, sp, np, pct, testing, adkim, aspf, fo, discovery_method)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

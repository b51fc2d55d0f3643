select p, sp, np, pct, testing, adkim, aspf, fo, discovery_method from policy where policy_key = ?1;

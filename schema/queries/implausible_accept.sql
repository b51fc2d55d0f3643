update implausible set accepted_at = ?2 where report_key = ?1 and accepted_at is null;

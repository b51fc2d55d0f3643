select r.address, ifnull(e.bare_key, e.evidence_key), r.outcome, r.messages
from record as r join evidence as e on e.evidence_key = r.evidence
where r.report_key = ?1;

// The API's documents, as schema/api describes them.

export type VerdictWord = 'ready' | 'at_target' | 'hold' | 'not_enough_data' | 'step_back';
export type ClassWord = 'legitimate' | 'candidate' | 'forwarder' | 'unauthorized' | 'unknown';
export type Ladder = 'pct' | 'testing';

export interface Problem { title: string; status: number; detail: string; code: string }

export interface Session {
  authenticated: boolean; login_required: boolean; name: string | null; via: 'token' | 'session' | 'open' | 'none';
  scopes: string[]; csrf: string | null; expires_at: string | null;
}

export interface Named { source: string; key: string }
export interface SparkDay { day: string; messages: number; aligned: number; legitimate: number; legitimate_aligned: number }

export interface Overview {
  domain: string; verdict: VerdictWord; reason: string; ladder: Ladder; step: string; next_step: string | null; target: string;
  legitimate_pass_rate: number | null; messages: number; legitimate: number; legitimate_aligned: number; at_stake: number;
  blockers: number; first_blocker: Named | null; last_day: string | null; reports: number; sparkline: SparkDay[];
  changes: { verdict_before: VerdictWord | null; new_blockers: Named[]; gone_blockers: Named[] };
}
export interface Domains { as_of: string; domains: Overview[] }

export interface Policy {
  p: string | null; sp: string | null; np: string | null; pct: number | null; testing: boolean | null;
  adkim: string | null; aspf: string | null; seen?: string | null;
}
export interface Gate {
  gate: string; ok: boolean; have: number | null; need: number | null; text: string; checked: boolean; blocking: boolean;
}
export interface Blocker extends Named {
  class: ClassWord; messages: number; aligned: number; failure: string; fix: string; ips: string[]; author_domain: string;
  evidence: string[];
}
export interface Impact {
  window_days: number; legitimate_failing: number; legitimate_affected_expected: number; legitimate_affected_worst: number;
  candidate_affected: number; forwarded_affected: number; unauthorized_stopped: number;
}
export interface Readiness {
  domain: string; as_of: string; policy: Policy; ladder: Ladder; step: string; next_step: string | null; target: string;
  verdict: VerdictWord; reason: string; window: { from: string; to: string; days_with_data: number; reporters: number };
  volume: {
    messages: number; aligned: number; legitimate: number; legitimate_aligned: number; candidate: number; forwarded: number;
    forwarded_aligned: number; unauthorized: number; unknown: number;
  };
  legitimate_pass_rate: number | null; legitimate_pass_rate_low: number | null; gates: Gate[]; blockers: Blocker[];
  impact: Impact; generations: { rfc7489: number | null; rfc9990: number | null }; record: string; earliest: string | null;
  notes: string[];
  subdomains: null | {
    sp: string; verdict: VerdictWord; next: string | null; reason: string; gates: Gate[]; blockers: Blocker[]; record: string;
  };
}

export interface ImpactStep {
  step: string; place: 'passed' | 'present' | 'next' | 'later'; beyond_target: boolean; impact: Impact; unmet: string[];
  record: string;
}
export interface ImpactDocument { ladder: Ladder; step: string; steps: ImpactStep[] }

export interface Counts { messages: number; aligned: number }
export interface TimelineDay {
  day: string; reports: number; messages: number; aligned: number; quarantined: number; rejected: number;
  classes: Record<'legitimate' | 'candidate' | 'forwarded' | 'unauthorized' | 'unknown', Counts>;
}
export interface Timeline { window: { from: string; to: string; days: number }; days: TimelineDay[] }

export interface Decision {
  domain: string; decision: 'approve' | 'deny' | 'forwarder' | 'acknowledge'; what: string | null; critical: boolean;
  retired: boolean; periodic: 'monthly' | 'quarterly' | null; note: string | null; decided_by: string; decided_at: string;
}
export interface Decisions { decisions: Decision[] }

export interface Source extends Named {
  class: ClassWord; kind: string | null; evidence: string[]; messages: number; aligned: number; pass_rate: number | null;
  dkim_aligned: number; spf_aligned: number; dkim_pass: number; spf_pass: number;
  disposition: { none: number; quarantine: number; reject: number }; overrides: Record<string, number>;
  first_seen: string | null; last_seen: string | null; days: number; reporters: number;
  ips: { ip: string | null; messages: number; aligned: number }[]; failure: string; fix: string; author_domain: string;
  decision: Decision['decision'] | null; critical: boolean; periodic: string | null; retired: boolean;
}
export interface SourceWindow { from: string; to: string; days: number; days_with_data: number }
export interface Sources {
  domain: string; window: SourceWindow; messages: number; aligned: number; pass_rate: number | null; sources: Source[];
}
export interface SourceDay {
  day: string; messages: number; aligned: number; dkim_aligned: number; spf_aligned: number; quarantined: number; rejected: number;
}
export interface Identity { type: 'dkim' | 'spf'; domain: string | null; selector: string | null; messages: number; pass: number }
export interface ReporterShare { reporter: string; messages: number; aligned: number; last_seen: string }
export interface SourcePage {
  domain: string; window: SourceWindow; source: Source; days: SourceDay[]; identities: Identity[]; reporters: ReporterShare[];
  decision: Decision | null;
}

export interface Report extends Policy {
  id: number; reporter: string; report_id: string; domain: string; begin: number; end: number; email: string | null;
  generation: string; fo: string | null; records: number; messages: number; dkim_aligned: number; spf_aligned: number;
  aligned: number; disposition: { none: number; pass: number; quarantine: number; reject: number }; source_ips: number;
  author_domains: string[]; records_left_out: number; tolerances: string[]; trust: string; origin: string; received_at: string;
  version: string | null; extra_contact_info: string | null; generator: string | null; discovery_method: string | null;
  errors: string[]; has_raw: boolean; implausible: string[]; accepted_at: string | null;
}
export interface Reports { reports: Report[]; next_cursor?: string | null }
export interface DkimResult { domain: string | null; selector: string | null; result: string; human_result: string | null }
export interface SpfResult { domain: string | null; scope: string | null; result: string; human_result: string | null }
export interface ReportRecord {
  report: number; reporter: string; report_id: string; domain: string; begin: number; end: number; source_ip: string | null;
  messages: number; disposition: string | null; dkim_aligned: string | null; spf_aligned: string | null; author_domain: string;
  envelope_from: string | null; envelope_to: string | null; dkim: DkimResult[]; spf: SpfResult[];
  override_reasons: { type: string; comment: string | null }[];
}
export interface Records { records: ReportRecord[]; next_cursor?: string | null }
export interface ReportDocument { report: Report; records: ReportRecord[] }

export interface Reject {
  id: number; origin: string; part: string | null; reason: string; detail: string; whole_message: boolean; size: number;
  first_seen: string; last_seen: string; times_seen: number;
}
export interface Rejects { rejects: Reject[]; next_cursor?: string | null }
export interface RejectDocument { reject: Reject; beginning: string }
export interface Retry {
  tried: number; resolved: number; reports_new: number;
  changes: { reject: number; origin: string; old_reason: string; new_reason: string }[];
}

export interface Mailbox {
  name: string; type: string; place: string; state: 'starting' | 'reading' | 'waiting' | 'failing' | 'stopped'; since: string;
  last_pass: string | null; last_mail: string | null; messages: number; reports_new: number; reports_duplicate: number;
  rejected: number; ignored: number; backlog: number | null; error: string | null; error_since: string | null;
}
export interface Mailboxes { mailboxes: Mailbox[] }
export interface Silent {
  domain: string; reporter: string; last_seen: string; days_before: number; silent_days: number; messages: number;
}
export interface Waiting { id: number; reporter: string; domain: string; begin: number; end: number; messages: number; reasons: string[] }
export interface Task {
  task: string; last_run: string | null; next_run: string | null; seconds: number | null; error: string | null;
}
export interface Health {
  now: string; version: string; started_at: string; ok: boolean; mailboxes: Mailbox[]; last_mail: string | null;
  backlog: number | null; errors: { part: string; since: string | null; error: string }[];
  database: {
    file_bytes: number; wal_bytes: number; reports: number; records: number; messages: number; domains: number; rejects: number;
    raw_documents: number; raw_bytes: number; first_begin: string | null; last_end: string | null; schema_version: number;
  };
  waiting_reports: number; waiting: Waiting[]; missing_reporters: Silent[]; tasks: Task[];
}

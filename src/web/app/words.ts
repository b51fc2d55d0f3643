// Codes of the documents in words. The same words as on the command line.
import type { ClassWord, Readiness, VerdictWord } from './types';
import { count } from './text';

export const kVerdicts: VerdictWord[] = ['step_back', 'hold', 'not_enough_data', 'ready', 'at_target'];
export const kVerdictWords: Record<VerdictWord, string> = {
  step_back: 'Step back', hold: 'Hold', not_enough_data: 'Not enough data', ready: 'Ready', at_target: 'At target',
};

export const kClassWords: Record<ClassWord, string> = {
  legitimate: 'Legitimate', candidate: 'Candidate', forwarder: 'Forwarder', unauthorized: 'Unauthorized', unknown: 'Unknown',
};
export const kClassMeanings: Record<ClassWord, string> = {
  legitimate: 'yours: it must keep working', candidate: 'probably yours: somebody must decide',
  forwarder: 'passes on mail of others', unauthorized: 'not yours: what enforcement is for', unknown: 'could not be told',
};

export const kDecisionWords: Record<string, string> = {
  approve: 'Approved: ours', deny: 'Denied: not ours', forwarder: 'Forwarder', acknowledge: 'Indirect mail may fail',
};

const kFailures: Record<string, string> = {
  none: 'nothing', esp_dkim_unaligned: 'DKIM signs with the service’s domain', esp_return_path: 'return path is the service’s domain',
  esp_cannot_align: 'service cannot align', spf_include_missing: 'not authorised in SPF', spf_over_limit: 'SPF needs too many look-ups',
  spf_duplicate: 'two SPF records', spf_missing: 'no SPF record', spf_plus_all: 'SPF allows everybody',
  spf_temperror: 'SPF look-ups time out', dkim_none: 'not signed with DKIM', dkim_key_missing: 'DKIM key is not published',
  dkim_rotation_broken: 'new DKIM key fails', dkim_bodyhash_own: 'changed after signing',
  dkim_one_reporter: 'DKIM fails at one receiver', strict_alignment: 'strict alignment',
  gateway_out: 'outbound gateway breaks DKIM', gateway_in: 'inbound gateway, unsigned origin',
  forwarder: 'forwarded, unsigned origin', forwarder_modifies: 'changed by the forwarder', mailing_list: 'changed by a mailing list',
  calendar: 'calendar replies', own_app_server: 'own server without authentication',
  subdomain_isolation: 'needs a subdomain of its own', candidate_decide: 'somebody must decide', spoof: 'not yours',
  key_abuse: 'DKIM key used by strangers', reporting_gap: 'reports are missing',
};
export const failureWords = (code: string): string => kFailures[code] ?? plain(code);

const kGates: Record<string, string> = {
  policy_known: 'Policy is known', days_on_step: 'Days on this step', coverage: 'Days with reports', gap: 'Longest hole',
  legitimate_volume: 'Legitimate mail', reporters: 'Reporters', reporter_silent: 'Silent reporters', dominance: 'One reporter’s share',
  source_pass_rate: 'Each source passes', reporter_pass_rate: 'At each receiver', stability: 'Nothing got worse',
  projected_harm: 'Harm of the next step', candidates: 'Undecided senders', dormant_failures: 'Silent failing senders',
  periodic_senders: 'Periodic senders', unknown_volume: 'Unknown mail', new_sources: 'New failing senders', dkim: 'DKIM everywhere',
  indirect: 'Forwarded mail', dns_health: 'DNS', subdomains: 'Subdomains', cooldown: 'Days since a step back', days_observed: 'Days watched',
  ready_streak: 'Ready days running', harm_cap: 'Harm limit', regression: 'Sources that got worse', observed_harm: 'Mail harmed now',
  dns_break: 'DNS breaks', new_candidates: 'New undecided senders', trust: 'Trusted reports',
};
export const gateWords = (code: string): string => kGates[code] ?? plain(code);

/** Gates whose figures are fractions. */
export const kFractionGates = new Set(['coverage', 'dominance', 'source_pass_rate', 'reporter_pass_rate', 'stability',
  'projected_harm', 'unknown_volume', 'dkim', 'indirect', 'observed_harm', 'dns_break']);

export const kLadders: Record<string, string[]> = {
  pct: ['none', 'quarantine-10', 'quarantine-25', 'quarantine-50', 'quarantine-100', 'reject'],
  testing: ['none', 'quarantine-testing', 'quarantine', 'reject-testing', 'reject'],
};
export function stepWords(step: string): string {
  const [policy, rest] = step.split('-');
  if (!rest) return policy;
  return rest === 'testing' ? `${policy}, testing` : `${policy} ${rest}\u00a0%`;
}

/** What to do next, in a sentence; the same as the command line says. */
export function nextAction(v: Readiness): string {
  const next = stepWords(v.next_step ?? v.target), step = stepWords(v.step);
  switch (v.verdict) {
    case 'ready': return `Publish the record below (step ${next}), then ask again after some days of reports.`;
    case 'at_target': return 'Nothing needs to be done; keep watching the sources.';
    case 'step_back':
      return `Repair what fails at once; if that takes more than a day, publish the record below (step ${next}).`;
    case 'not_enough_data':
      return v.earliest ? `Leave the policy at ${step} and ask again; enough data is there on ${v.earliest} at the earliest.`
        : `Leave the policy at ${step} until enough reports have come in.`;
    case 'hold': {
      if (v.blockers.length === 1) return `Leave the policy at ${step} and do what is said below about the one source that blocks.`;
      if (v.blockers.length) return `Leave the policy at ${step} and work through the ${v.blockers.length} sources below, the largest first.`;
      const failed = v.gates.filter((gate) => !gate.ok).length;
      return `Leave the policy at ${step}; ${failed === 1 ? 'one condition is not' : count(failed, 'condition') + ' are not'} met yet.`;
    }
  }
}

export function recordTitle(v: Readiness): string {
  const next = stepWords(v.next_step ?? v.target);
  switch (v.verdict) {
    case 'ready': return `Record to publish now (${next})`;
    case 'at_target': return 'Record (stays as it is)';
    case 'step_back': return `Record to step back with (${next})`;
    case 'hold': return `Record for ${next}: publish it only when nothing blocks any more`;
    case 'not_enough_data': return `Record for ${next}: publish it only when there is enough data`;
  }
}

// Reason: what happened, and what to do about it (docs/rejects.md).
const kWait = 'Wait for the reporter’s next mail; check the way of the mail if many reports are hit.';
const kRaise = 'If the reporter is genuine, raise the limit in [limits] and retry.';
const kDrop = 'Nothing; drop it.';
const kReasons: Record<string, [string, string]> = {
  attachment_unreadable: ['An attachment calls itself .zip, .gz or .xml, but its bytes are something else, or nothing.',
    'Often an error page or a mail filter’s note in place of the report. Ask your mail gateway to leave report attachments alone.'],
  conflicting_report: ['A report with the same reporter, id, domain and period, but other records, is already stored. The one with more messages stays in the figures.',
    'Usually the reporter’s resend after a correction. Compare both; drop the reject when satisfied.'],
  doctype_refused: ['The XML has a document type declaration, which no report needs and attacks do.', kDrop],
  document_too_large: ['One document is larger than document_bytes when unpacked.', kRaise],
  empty_document: ['The document holds no text.', 'Nothing; the reporter sent an empty report.'],
  empty_message: ['The message or file has no bytes, or only white space.', 'Check what writes into the mailbox; a full disk does this.'],
  gzip_corrupt: ['The gzip data is damaged.', kWait],
  gzip_truncated: ['The gzip data ends early. A half report is not read, because it would stand in the way of the whole one.',
    'Wait for the reporter’s next mail; look for a size limit on the way.'],
  message_too_large: ['The message is larger than message_bytes. It was not read and no bytes are kept.',
    'If it is genuine, raise the limit and read it again; the mail is where the mailbox’s `rejected` setting puts it.'],
  mime_too_deep: ['Multiparts are nested deeper than multipart_depth.', kDrop],
  mime_too_many_parts: ['The message has more than 1,000 parts.', kDrop],
  nested_too_deep: ['Archives in archives deeper than nesting, or messages packed inside packed messages.', kDrop],
  no_policy_domain: ['The report names no policy domain and has no usable record.', 'Nothing; the reporter’s fault.'],
  not_a_mail_or_report: ['A file whose bytes are neither a message nor gzip, zip, XML or text.', 'It does not belong in this folder.'],
  ratio_too_high: ['The data unpacks to more than compression_ratio times its size, as only attacks do.', kDrop],
  reader_failed: ['Reading this one message failed in a way that nobody expected.', 'Retry; if it stays, export it and report the fault.'],
  too_many_records: ['The report has more records than records_per_report.', kRaise],
  xml_broken: ['The XML is damaged beyond repair.', 'Look at the place named in the detail; retry after an upgrade.'],
  xml_too_deep: ['XML elements are nested too deep.', kDrop],
  zip_corrupt: ['The zip archive or one of its members is damaged.', kWait],
  zip_encrypted: ['A member of the zip archive is encrypted.', 'No reporter does this; drop it.'],
  zip_member_too_large: ['A member of the zip archive is larger than document_bytes.', kRaise],
  zip_too_many_members: ['The zip archive has more than archive_members members.', kRaise],
  zip_truncated: ['The zip archive ends early.', 'Wait for the reporter’s next mail; look for a size limit on the way.'],
};
export const reasonWords = (code: string): string => kReasons[code]?.[0] ?? plain(code);
export const reasonAdvice = (code: string): string => kReasons[code]?.[1] ?? 'Retry it after an upgrade.';

const kImplausible: Record<string, string> = {
  unknown_reporter: 'an unknown reporter with many times the usual mail', future: 'its period lies in the future',
  before_dmarc: 'its period lies before 2012', counts: 'impossible counts',
};
export const implausibleWords = (reasons: string[]): string => reasons.map((one) => kImplausible[one] ?? plain(one)).join('; ');
export const kTasks: Record<string, string> = {
  retention: 'Retention', rollup_check: 'Roll-up check', checkpoint: 'WAL checkpoint', summary: 'Nightly summary',
};
export const kTrust: Record<string, string> = {
  trusted: 'trusted: its mail passed DMARC at your border', unverified: 'unverified', failed: 'failed: its mail did not pass DMARC at your border',
};
export const kGenerations: Record<string, string> = { rfc7489: 'RFC 7489 (older form)', rfc9990: 'RFC 9990 (newer form)' };

/** A code nobody has put into words: "some_code" as "some code". */
export const plain = (code: string): string => code.replace(/_/g, ' ');

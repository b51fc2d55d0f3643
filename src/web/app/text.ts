// Text and numbers as they are shown. What reports say is untrusted: it is only ever set as text, and nothing in it is invisible.

// Control characters, bidirectional marks, zero-width and other characters that draw nothing or turn the line around.
const kHidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\uffff]|\udb40[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function named(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** The text with every character that would not be seen replaced by its name; `lines` keeps line ends and tabs. */
export function visible(text: string, lines = false): string {
  return text.replace(kHidden, (c) => (lines && (c === '\n' || c === '\t') ? c : lines && c === '\r' ? '' : named(c)));
}

/** At most `max` characters, never half of a pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max) + '…';
}

const kNumber = new Intl.NumberFormat('en');
const kCompact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const number = (n: number): string => kNumber.format(n);
export const compact = (n: number): string => kCompact.format(n);

export function count(n: number, one: string, many = one + 's'): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** A fraction as per cent; 99.96 % never becomes 100 %, and a trace never becomes nothing. */
export function percent(rate: number | null): string {
  if (rate === null) return '–';
  const value = rate * 100;
  if (value > 99.9 && value < 100) return `${Math.min(Math.floor(value * 100) / 100, 99.99).toFixed(2)}\u00a0%`;
  if (value > 0 && value < 0.1) return `${Math.max(value, 0.01).toFixed(2)}\u00a0%`;
  return `${value.toFixed(1)}\u00a0%`;
}

export const share = (part: number, whole: number): string => percent(whole > 0 ? part / whole : null);

export function bytes(n: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (n >= 1024 && at < units.length - 1) { n /= 1024; at++; }
  return `${at === 0 ? number(n) : n.toFixed(1)} ${units[at]}`;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const timeOf = (text: string): string => `${text.slice(0, 10)} ${text.slice(11, 16)}`;

/** "2026-11-19 08:30" of an ISO time or epoch seconds; the page says once that times are UTC. */
export function time(value: string | number | null): string {
  if (value === null) return '–';
  if (typeof value === 'string') return timeOf(value);
  return Math.abs(value) < 8.64e12 ? timeOf(iso(value)) : String(value);
}

/** The first and last UTC day of a period: one day when it is one. */
export function period(begin: number, end: number): string {
  if (Math.abs(begin) >= 8.64e12 || Math.abs(end) >= 8.64e12) return `${begin} – ${end}`;
  const first = iso(begin), last = iso(Math.max(begin, end - 1));
  const whole = begin % 86400 === 0 && (end % 86400 === 0 || end % 86400 === 86399);
  if (!whole) return `${timeOf(first)} – ${timeOf(iso(end))}`;
  return first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first.slice(0, 10)} – ${last.slice(0, 10)}`;
}

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(day + 'T00:00:00Z') + days * 86400e3).toISOString().slice(0, 10);
}

/** "3 hours" between two ISO times, roughly. */
export function between(from: string, to: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60000));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 90) return count(minutes, 'minute');
  if (minutes < 60 * 36) return count(Math.round(minutes / 60), 'hour');
  return count(Math.round(minutes / 1440), 'day');
}

// Small parts that every page uses.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api';
import { cut, number, visible } from '../text';
import type { ClassWord, Source, VerdictWord } from '../types';
import { kClassWords, kVerdictWords, plain } from '../words';

export type Children = { children?: ComponentChildren };

/** Short words stay whole where columns compete; long ones may break anywhere. */
const wrap = (text: string): string => (text.length <= 32 ? 'text short' : 'text');

/** Outside text, isolated from its surroundings; cut at `max` characters with the whole as title. For links and cells. */
export function Text({ value, max = 80 }: { value: string | null; max?: number }) {
  if (value === null) return <span class="dim">–</span>;
  const shown = visible(value);
  const short = cut(shown, max);
  return <bdi class={wrap(short)} title={short === shown ? undefined : cut(shown, 2000)}>{short || '(empty)'}</bdi>;
}

/** Outside text that may be long: the rest of it behind a button. Not inside links. */
export function LongText({ value, max = 200 }: { value: string | null; max?: number }) {
  const [open, set] = useState(false);
  if (value === null) return <span class="dim">–</span>;
  const shown = visible(value);
  if (shown.length <= max) return <bdi class={wrap(shown)}>{shown || '(empty)'}</bdi>;
  return <span class="longtext">
    <bdi class="text">{open ? shown : cut(shown, max)}</bdi>{' '}
    <button type="button" class="link" aria-expanded={open} onClick={() => set(!open)}>
      {open ? 'show less' : `show all ${number(shown.length)} characters`}
    </button>
  </span>;
}

/** Sentences of the service, in which commands stand in backticks, or as they are typed. */
export function Prose({ value }: { value: string }) {
  return <bdi class="text">{visible(value).replace(/(?<!`)(ruagate senders (?:acknowledge \S+|\w+ \S+ \S+))( (?=[.,;]))?/g, '`$1`').split(/`([^`]{1,300})`/).map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</bdi>;
}

export function Days({ from, to }: { from: string; to: string }) {
  return <><span class="nowrap">{from}</span> – <span class="nowrap">{to}</span></>;
}

const kPaths: Record<string, string> = {
  ready: 'M3.5 8.5l3 3 6-7', at_target: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11zM8 6.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 0 0 0-3z',
  hold: 'M5.5 3.5v9M10.5 3.5v9', not_enough_data: 'M4 12.5v-2M8 12.5v-5M12 12.5v-1', step_back: 'M8 3v9.5M4 8.8l4 3.9 4-3.9',
  ok: 'M3.5 8.5l3 3 6-7', bad: 'M4 4l8 8M12 4l-8 8', wait: 'M8 3v5l3 2M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
  none: 'M4 8h8', copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z', warn: 'M8 3v6M8 11.8v.7',
};
export function Icon({ name }: { name: string }) {
  return <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={kPaths[name]} /></svg>;
}

export function VerdictBadge({ verdict }: { verdict: VerdictWord }) {
  return <span class={`badge verdict ${verdict}`}><Icon name={verdict} />{kVerdictWords[verdict]}</span>;
}

export function ClassBadge({ of, kind }: { of: ClassWord; kind?: string | null }) {
  const words = of === 'forwarder' && kind && kind !== 'forwarder' ? plain(kind) : kClassWords[of];
  return <span class={`badge class ${of}`}><span class="swatch" aria-hidden="true" />{words}</span>;
}

export const sourceName = (one: Pick<Source, 'source' | 'key'>): string => one.source || one.key;

/** Tells apart at a glance what holds and what does not. */
export function Mark({ state, children }: { state: 'ok' | 'bad' | 'wait' | 'none' | 'warn' } & Children) {
  return <span class={`mark ${state}`}><Icon name={state} />{children && <span>{children}</span>}</span>;
}

export function Result({ value }: { value: string | null }) {
  if (value === null) return <span class="dim">not said</span>;
  return <Mark state={value === 'pass' ? 'ok' : value === 'none' || value === 'neutral' ? 'none' : 'bad'}>{value}</Mark>;
}

export function Panel({ title, id, children, aside, quiet, level = 2 }:
  { title: ComponentChildren; id: string; aside?: ComponentChildren; quiet?: boolean; level?: 2 | 3 } & Children) {
  const Heading = `h${level}` as 'h2';
  return <section class={quiet ? 'panel quiet' : 'panel'} aria-labelledby={id}>
    <header class="panelhead"><Heading id={id}>{title}</Heading>{aside && <div class="aside">{aside}</div>}</header>
    {children}
  </section>;
}

/** Terms with their values. */
export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return <dl class="facts">{rows.map(([term, value]) => <div key={term}><dt>{term}</dt><dd>{value}</dd></div>)}</dl>;
}

export function Figure({ label, value, note }: { label: string; value: ComponentChildren; note?: ComponentChildren }) {
  return <div class="figure"><dt>{label}</dt><dd><strong>{value}</strong>{note && <span class="dim">{note}</span>}</dd></div>;
}

export function Crumbs({ path }: { path: [string, string][] }) {
  return <nav aria-label="Breadcrumb" class="crumbs"><ol>
    {path.map(([text, link]) => <li key={link}><a href={link}><Text value={text} max={60} /></a></li>)}
  </ol></nav>;
}

export function Tabs({ label, tabs }: { label: string; tabs: [string, string, boolean][] }) {
  return <nav class="tabs" aria-label={label}><ul>
    {tabs.map(([text, link, here]) => <li key={link}><a href={link} aria-current={here ? 'page' : undefined}>{text}</a></li>)}
  </ul></nav>;
}

export function Fault({ error, again }: { error: ApiError; again?: () => void }) {
  return <div class="notice bad" role="alert">
    <Icon name="warn" /><div><strong>{error.status === 404 ? 'Nothing here.' : 'This did not work.'}</strong> <Text value={error.message} max={600} />
    {again && error.status !== 404 && <> <button type="button" class="small" onClick={again}>Try again</button></>}</div>
  </div>;
}

/** The content once it is there; before that a quiet word, and a fault in words instead when it fails. */
export function Loaded<T>({ answer, children }: { answer: Answer<T>; children: (data: T) => JSX.Element | null }) {
  return <>
    {answer.error && <Fault error={answer.error} again={answer.refresh} />}
    {answer.data ? children(answer.data) : answer.loading && <p class="loading" role="status">Loading…</p>}
  </>;
}

export function CsvLink({ to, text = 'CSV' }: { to: string; text?: string }) {
  return <a class="button small" href={to} download>{text}</a>;
}

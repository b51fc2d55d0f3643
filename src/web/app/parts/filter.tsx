// Fields that narrow a list; what is typed is part of the address.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { setQuery, useRoute } from '../router';

/** A field bound to `name` in the query. It follows the typing, or with `onEnter` waits for Enter or leaving the field. */
export function Field({ name, label, type = 'search', onEnter, placeholder, list }:
  { name: string; label: string; type?: 'search' | 'date'; onEnter?: boolean; placeholder?: string; list?: string }) {
  const { query } = useRoute();
  const value = query.get(name) ?? '';
  const [text, set] = useState(value);
  const timer = useRef(0);
  useEffect(() => set(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (next: string) => setQuery({ [name]: next.trim() || null, page: null, cursor: null, back: null });
  return <label class={`field ${type}`}><span>{label}</span>
    <input type={type} value={text} list={list} placeholder={placeholder} autocomplete="off" spellcheck={false}
      onInput={(event) => {
        const next = event.currentTarget.value;
        set(next);
        if (onEnter && type !== 'date' && next !== '') return;
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => apply(next), 150);
      }}
      // Not where it follows the typing: what leaving the field moves would swallow the click that left it.
      onChange={onEnter ? () => apply(text) : undefined}
      onKeyDown={(event) => { if (event.key === 'Enter') apply(text); }} />
  </label>;
}

export function Choice({ name, label, choices }: { name: string; label: string; choices: [string, string][] }) {
  const { query } = useRoute();
  return <label class="field"><span>{label}</span>
    <select value={query.get(name) ?? ''} onChange={(event) => setQuery({ [name]: event.currentTarget.value || null, page: null, cursor: null, back: null })}>
      {choices.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
    </select>
  </label>;
}

export function Filters({ children }: { children: ComponentChildren }) {
  return <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>{children}</form>;
}

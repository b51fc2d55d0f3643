// Tables: sortable, paged, and cards where the screen is narrow. Sorting and page are part of the address.
import type { ComponentChildren } from 'preact';
import { setQuery, useRoute } from '../router';
import { number } from '../text';
import { type Value, download } from './csv';
import { announce } from './live';

export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => ComponentChildren;
  /** What to sort by; without it the column is not sortable. null sorts last. */
  by?: (row: T) => Value;
  /** What stands in the CSV; without it what it is sorted by, without both it is left out. */
  csv?: (row: T) => Value;
  /** The order that a first click gives; default ascending. */
  largestFirst?: boolean;
  align?: 'end';
  /** "roomy": left out where the screen is not wide; "tight": left out of a table there, but not of cards. */
  only?: 'roomy' | 'tight';
  grow?: boolean;
  /** Rows of which it says nothing: left out of their card. */
  void?: (row: T) => boolean;
}

interface Props<T> {
  caption: string;
  rows: T[];
  columns: Column<T>[];
  keyOf: (row: T) => string | number;
  /** Before the names in the query, where a page has several tables. */
  prefix?: string;
  pageSize?: number;
  /** Offers what is shown as CSV, under this name: for tables that the service does not give as CSV. */
  csv?: string;
  /** When there is nothing to show. */
  empty?: ComponentChildren;
  current?: (row: T) => boolean;
}

function compare(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return 0;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sorted<T>(rows: T[], column: Column<T> | undefined, descending: boolean): T[] {
  const by = column?.by;
  if (!by) return rows;
  const keyed = rows.map((row, at) => ({ row, at, key: by(row) }));
  keyed.sort((a, b) => {
    if ((a.key === null) !== (b.key === null)) return a.key === null ? 1 : -1;
    return (descending ? -1 : 1) * compare(a.key, b.key) || a.at - b.at;
  });
  return keyed.map(({ row }) => row);
}

export function Table<T>({ caption, rows, columns, keyOf, prefix = '', pageSize = innerWidth > 900 ? 50 : 20, csv, empty, current }: Props<T>) {
  const { query } = useRoute();
  const wish = query.get(prefix + 'sort') ?? '';
  const descending = wish.startsWith('-');
  const column = columns.find((one) => one.by && one.id === wish.replace(/^-/, ''));
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const page = Math.min(pages, Math.max(1, Number(query.get(prefix + 'page')) || 1));
  const all = sorted(rows, column, descending);
  const shown = all.slice((page - 1) * pageSize, page * pageSize);

  const sortBy = (id: string, down: boolean) => {
    setQuery({ [prefix + 'sort']: id ? (down ? '-' : '') + id : null, [prefix + 'page']: null });
    const title = columns.find((one) => one.id === id)?.title;
    announce(title ? `Sorted by ${title}, ${down ? 'descending' : 'ascending'}` : 'Default order');
  };
  const click = (one: Column<T>) => {
    if (column !== one) sortBy(one.id, !!one.largestFirst);
    else if (descending === !!one.largestFirst) sortBy(one.id, !descending);
    else sortBy('', false);
  };
  if (rows.length === 0) return <div class="nothing">{empty ?? 'Nothing to show.'}</div>;
  return <div class="tablebox">
    {rows.length > 3 && <SortSelect columns={columns} wish={column ? wish : ''} onChange={(value) => sortBy(value.replace(/^-/, ''), value.startsWith('-'))} />}
    <table role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup"><tr role="row">
        {columns.map((one) => <th key={one.id} role="columnheader" scope="col" class={classes(one)}
          aria-sort={one.by ? (column === one ? (descending ? 'descending' : 'ascending') : 'none') : undefined}>
          {one.by
            ? <button type="button" onClick={() => click(one)}>{one.title}<span class="arrow" aria-hidden="true">{column === one && descending ? '↓' : '↑'}</span></button>
            : one.title}
        </th>)}
      </tr></thead>
      <tbody role="rowgroup">
        {shown.map((row) => <tr role="row" key={keyOf(row)} class={current?.(row) ? 'current' : undefined}>
          {columns.map((one, at) => at === 0
            ? <th key={one.id} role="rowheader" scope="row" class={classes(one)}>{one.cell(row)}</th>
            : <td key={one.id} role="cell" class={[classes(one), one.void?.(row) ? 'void' : ''].filter(Boolean).join(' ') || undefined} data-label={one.title}>{one.cell(row)}</td>)}
        </tr>)}
      </tbody>
    </table>
    {pages > 1 && <Pager page={page} pages={pages} size={pageSize} total={rows.length} what={caption}
      onPage={(next) => { setQuery({ [prefix + 'page']: next === 1 ? null : next }, true); announce(`Page ${next} of ${pages}`); }} />}
    {csv && <p class="tablefoot"><button type="button" class="link" aria-label={`CSV: ${caption}`} onClick={() => save(csv, all, columns)}>CSV</button></p>}
  </div>;
}

function save<T>(name: string, rows: T[], columns: Column<T>[]): void {
  const told = columns.filter((one) => one.csv ?? one.by);
  download(name, [told.map((one) => one.title), ...rows.map((row) => told.map((one) => (one.csv ?? one.by)!(row)))]);
  announce('CSV saved');
}

const classes = <T,>(one: Column<T>): string | undefined =>
  [one.align, one.only, one.grow ? 'grow' : ''].filter(Boolean).join(' ') || undefined;

/** Where rows are cards there are no column heads to click. */
function SortSelect<T>({ columns, wish, onChange }: { columns: Column<T>[]; wish: string; onChange: (value: string) => void }) {
  const able = columns.filter((one) => one.by);
  if (able.length === 0) return null;
  return <label class="sortselect">Sort by{' '}
    <select value={wish} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">default order</option>
      {able.flatMap((one) => [
        <option key={one.id} value={one.id}>{one.title}, ascending</option>,
        <option key={'-' + one.id} value={'-' + one.id}>{one.title}, descending</option>])}
    </select>
  </label>;
}

function Pager({ page, pages, size, total, what, onPage }:
  { page: number; pages: number; size: number; total: number; what: string; onPage: (page: number) => void }) {
  return <nav class="pager" aria-label={`Pages: ${what}`}>
    <button type="button" class="small" disabled={page === 1} onClick={() => onPage(page - 1)}>Previous</button>
    <span>{number((page - 1) * size + 1)}–{number(Math.min(total, page * size))} of {number(total)}</span>
    <button type="button" class="small" disabled={page === pages} onClick={() => onPage(page + 1)}>Next</button>
  </nav>;
}

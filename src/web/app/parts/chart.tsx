// Messages per day, stacked, with zoom, a legend that hides and shows, and the same figures as a table.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { setQuery, useRoute } from '../router';
import { compact, count, number } from '../text';
import { announce } from './live';
import { Table } from './table';

export interface Series { id: string; title: string; values: number[] }
interface Props { days: string[]; series: Series[]; caption: string; prefix?: string; height?: number; total?: string }

const kDay = 86400;
const seconds = (day: string): number => Date.parse(day + 'T00:00:00Z') / 1000;
const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

function useDark(): boolean {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [dark, set] = useState(query.matches);
  useEffect(() => {
    const listen = () => set(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return dark;
}

/** Each series as the sum of itself and those below it; the highest is drawn first, the others over it. */
function stacked(series: Series[], hidden: Set<string>, from: number, to: number): number[][] {
  const sums: number[] = new Array(to - from).fill(0);
  return series.map((one) => {
    if (!hidden.has(one.id)) for (let at = from; at < to; at++) sums[at - from] += one.values[at];
    return [...sums];
  });
}

function options(element: HTMLElement, series: Series[], hidden: Set<string>, width: number, height: number, hooks: uPlot.Hooks.Arrays): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const grid = { stroke: colour('--line'), width: 1 };
  const axis = { stroke: colour('--dim'), font: `12px ${style.fontFamily}`, grid, ticks: { ...grid, size: 4 } };
  return {
    width, height, hooks,
    legend: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
    scales: { x: { range: (_, min, max) => [min - kDay / 2, max + kDay / 2] }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] } },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 30, values: (_, ticks) => ticks.map((at) => (at % kDay ? '' : dayOf(at).slice(5))), incrs: [1, 2, 7, 14, 30, 60].map((n) => n * kDay) },
      { ...axis, size: 52, values: (_, ticks) => ticks.map((n) => (Number.isInteger(n) ? compact(n) : '')) },
    ],
    // From the top of the pile down, so that lower ones are painted over higher ones.
    series: [{}, ...series.map((one) => ({
      show: !hidden.has(one.id), stroke: colour('--c-' + one.id), fill: colour('--c-' + one.id), width: 0, points: { show: false },
      paths: uPlot.paths.bars!({ size: [0.82, 60], align: 0 }),
    })).reverse()],
  };
}

/** The part of `days` that the address asks for, as indexes [from, to). */
function useZoom(days: string[], prefix: string): [number, number, boolean] {
  const { query } = useRoute();
  const from = query.get(prefix + 'from'), to = query.get(prefix + 'to');
  let first = from ? days.findIndex((day) => day >= from) : 0;
  let last = to ? days.findIndex((day) => day > to) : days.length;
  if (first < 0) first = 0;
  if (last < 0) last = days.length;
  const zoomed = last > first && (first > 0 || last < days.length);
  return zoomed ? [first, last, true] : [0, days.length, false];
}

export function Chart({ days, series, caption, prefix = '', height = 260, total = 'Messages' }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const { query } = useRoute();
  const dark = useDark();
  const hidden = new Set((query.get(prefix + 'hide') ?? '').split(',').filter(Boolean));
  const [from, to, zoomed] = useZoom(days, prefix);
  const sum = (one: Series) => one.values.slice(from, to).reduce((a, b) => a + b, 0);
  const present = series.filter((one) => one.values.some((value) => value > 0));
  const hiddenText = [...hidden].join();

  useLayoutEffect(() => {
    const element = box.current!;
    const shown = days.slice(from, to);
    const data = [shown.map(seconds), ...stacked(present, hidden, from, to).reverse()] as uPlot.AlignedData;
    const say = (at: number | null | undefined) => {
      readout.current!.textContent = at === null || at === undefined || !shown[at]
        ? `${shown[0]} to ${shown[shown.length - 1]} (UTC). Drag across days to zoom in.`
        : `${shown[at]}: ` + (present.filter((one) => !hidden.has(one.id) && one.values[from + at]).map((one) => `${one.title} ${number(one.values[from + at])}`).join(' · ') || 'no mail');
    };
    const plot = new uPlot(options(element, present, hidden, element.clientWidth, height, {
      setCursor: [(u) => say(u.cursor.idx)],
      setSelect: [(u) => {
        if (u.select.width < 4) return;
        const first = u.posToIdx(u.select.left), last = u.posToIdx(u.select.left + u.select.width);
        setQuery({ [prefix + 'from']: shown[first], [prefix + 'to']: shown[last] });
        announce(`Zoomed to ${shown[first]} to ${shown[last]}`);
      }],
    }), data, element);
    plot.over.addEventListener('dblclick', () => setQuery({ [prefix + 'from']: null, [prefix + 'to']: null }));
    say(null);
    const watch = new ResizeObserver(() => { if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height }); });
    watch.observe(element);
    return () => { watch.disconnect(); plot.destroy(); };
  }, [days, series, hiddenText, from, to, dark]);

  const toggle = (id: string) => {
    if (hidden.has(id)) hidden.delete(id); else hidden.add(id);
    setQuery({ [prefix + 'hide']: [...hidden].join() || null });
  };
  if (present.length === 0) return <p class="nothing">No mail in these days.</p>;
  return <figure class="chart" aria-label={caption}>
    <div class="charttools">
      <div class="legend" role="group" aria-label="Show or hide">
        {[...present].reverse().map((one) => <button type="button" key={one.id} class={`small ${one.id}`} aria-pressed={!hidden.has(one.id)} onClick={() => toggle(one.id)}>
          <span class="swatch" aria-hidden="true" />{one.title} <span class="dim">{compact(sum(one))}</span></button>)}
      </div>
      <Range days={days} from={days[from]} to={days[to - 1]} prefix={prefix} zoomed={zoomed} />
    </div>
    <div ref={box} class="plot" role="img" aria-label={`${caption}: ${present.map((one) => `${one.title} ${count(sum(one), 'message')}`).join(', ')}. The table below has every day.`} />
    <p class="readout dim" ref={readout} aria-hidden="true" />
    <details><summary>Table of these days</summary>
      <Table caption={caption} prefix={prefix + 'day.'} rows={days.slice(from, to).map((day, at) => ({ day, at: from + at }))} keyOf={(row) => row.day} pageSize={31} csv={caption}
        columns={[
          { id: 'day', title: 'Day (UTC)', cell: (row) => row.day, by: (row) => row.day, largestFirst: true },
          ...present.map((one) => ({ id: one.id, title: one.title, align: 'end' as const, largestFirst: true, cell: (row: { at: number }) => number(one.values[row.at]), by: (row: { at: number }) => one.values[row.at] })),
          { id: 'all', title: total, align: 'end' as const, csv: (row: { at: number }) => present.reduce((n, one) => n + one.values[row.at], 0), cell: (row: { at: number }) => number(present.reduce((n, one) => n + one.values[row.at], 0)) },
        ]} />
    </details>
  </figure>;
}

/** The zoom by keyboard: the same days as dragging sets. */
function Range({ days, from, to, prefix, zoomed }: { days: string[]; from: string; to: string; prefix: string; zoomed: boolean }) {
  const field = (label: string, name: string, value: string) => <label><span class="hidden">{label}</span>
    <input type="date" value={value} min={days[0]} max={days[days.length - 1]} onChange={(event) => setQuery({ [prefix + name]: event.currentTarget.value || null })} /></label>;
  return <div class="range" role="group" aria-label="Days shown">
    {field('From', 'from', from)}<span aria-hidden="true">–</span>{field('To', 'to', to)}
    <button type="button" class="small" disabled={!zoomed} onClick={() => { setQuery({ [prefix + 'from']: null, [prefix + 'to']: null }); announce('All days'); }}>All days</button>
  </div>;
}

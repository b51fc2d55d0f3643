import { count, percent } from '../text';
import type { SparkDay } from '../types';

const kWidth = 120, kHeight = 26;

function words(days: SparkDay[], total: number, passing: number, legitimate: boolean): string {
  const top = days.reduce((best, day) => ((legitimate ? day.legitimate : day.messages) > (legitimate ? best.legitimate : best.messages) ? day : best), days[0]);
  const what = legitimate ? 'legitimate ' : '';
  return `${days[0].day} to ${days[days.length - 1].day}: ${count(total, what + 'message')}` +
    (legitimate ? `, ${percent(passing / total)} pass` : ', none of them legitimate') + `; most on ${top.day}`;
}

/** Legitimate mail of 30 days, what fails on top of what passes; all mail in grey where none is legitimate. */
export function Sparkline({ days }: { days: SparkDay[] }) {
  const legitimate = days.reduce((sum, day) => sum + day.legitimate, 0);
  const own = legitimate > 0;
  const top = Math.max(1, ...days.map((day) => (own ? day.legitimate : day.messages)));
  const total = own ? legitimate : days.reduce((sum, day) => sum + day.messages, 0);
  if (total === 0) return <span class="dim">no mail</span>;
  const passing = days.reduce((sum, day) => sum + day.legitimate_aligned, 0);
  const width = kWidth / days.length;
  const height = (n: number) => (n === 0 ? 0 : Math.max(1, (n / top) * kHeight));
  const bar = (at: number, from: number, tall: number) =>
    tall > 0 ? `M${(at * width).toFixed(1)} ${(kHeight - from).toFixed(1)}h${(width - 0.8).toFixed(1)}v${tall.toFixed(1)}h-${(width - 0.8).toFixed(1)}z` : '';
  // One path each, not a rectangle for each day: a page has fifty of these.
  const whole = days.map((day) => height(own ? day.legitimate : day.messages));
  const bad = days.map((day, at) => (own ? Math.min(whole[at], height(day.legitimate - day.legitimate_aligned)) : 0));
  return <svg class="spark" viewBox={`0 0 ${kWidth} ${kHeight}`} role="img" aria-label={words(days, total, passing, own)}>
    <path class={own ? 'pass' : 'other'} d={whole.map((tall, at) => bar(at, tall - bad[at], tall - bad[at])).join('')} />
    <path class="fail" d={bad.map((tall, at) => bar(at, whole[at], tall)).join('')} />
    <path class="base" d={`M0 ${kHeight - 0.25}h${kWidth}`} />
  </svg>;
}

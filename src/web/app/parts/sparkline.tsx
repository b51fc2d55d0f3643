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
  return <svg class="spark" viewBox={`0 0 ${kWidth} ${kHeight}`} role="img" aria-label={words(days, total, passing, own)}>
    {days.map((day, at) => {
      const whole = height(own ? day.legitimate : day.messages);
      const bad = own ? height(day.legitimate - day.legitimate_aligned) : 0;
      return <g key={day.day}>
        {whole > 0 && <rect class={own ? 'pass' : 'other'} x={at * width} y={kHeight - whole} width={width - 0.8} height={whole} />}
        {bad > 0 && <rect class="fail" x={at * width} y={kHeight - whole} width={width - 0.8} height={Math.min(bad, whole)} />}
      </g>;
    })}
    <line class="base" x1="0" x2={kWidth} y1={kHeight - 0.25} y2={kHeight - 0.25} />
  </svg>;
}

import { kLadders, stepWords } from '../words';

interface Place { ladder: string; step: string; next: string | null; target: string; back?: boolean }

/** The policy ladder with the present place, what comes next, and the target. */
export function Ladder({ ladder, step, next, target, back }: Place) {
  const steps = kLadders[ladder] ?? kLadders.pct;
  const at = steps.indexOf(step);
  return <ol class="ladder" aria-label="Policy ladder">
    {steps.map((one, index) => {
      const here = one === step, isNext = one === next && !here;
      const state = here ? 'here' : index < at ? 'passed' : 'ahead';
      const note = [here ? 'now' : '', isNext ? (back ? 'go back to' : 'next') : '', one === target ? 'target' : ''].filter(Boolean).join(', ');
      return <li key={one} class={`${state}${isNext ? ' next' : ''}${one === target ? ' target' : ''}`} aria-current={here ? 'step' : undefined}>
        <span class="dot" aria-hidden="true" /><span class="name">{stepWords(one)}</span>
        <span class="note">{note || <span class="hidden">{state === 'passed' ? 'passed' : 'ahead'}</span>}</span>
      </li>;
    })}
  </ol>;
}

/** The place on the ladder for a cell: bars that fill, and the step in words. */
export function SmallLadder({ ladder, step, next, target }: Place) {
  const steps = kLadders[ladder] ?? kLadders.pct;
  const at = steps.indexOf(step);
  return <span class="smallladder">
    <span class="rungs" aria-hidden="true">
      {steps.map((one, index) => <i key={one} class={index <= at ? 'on' : one === next ? 'next' : one === target ? 'target' : ''} />)}
    </span>
    <span>{stepWords(step)}</span>
  </span>;
}

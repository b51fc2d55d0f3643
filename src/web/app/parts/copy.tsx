import { useRef, useState } from 'preact/hooks';
import { Icon } from './bits';
import { announce } from './live';

/** Plain HTTP has no clipboard interface: there the text is selected and copied the old way. */
function copyOldWay(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'hidden';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [state, set] = useState<'' | 'done' | 'failed'>('');
  const timer = useRef(0);
  const button = useRef<HTMLButtonElement>(null);
  const copy = async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyOldWay(text);
      button.current?.focus();
    }
    set(done ? 'done' : 'failed');
    announce(done ? `${what} copied` : `${what} could not be copied; select it by hand`);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => set(''), 2500);
  };
  return <button type="button" class="small copy" ref={button} onClick={copy} aria-label={`Copy ${what}`}>
    <Icon name={state === 'done' ? 'ok' : 'copy'} />{state === 'done' ? 'Copied' : state === 'failed' ? 'Select by hand' : 'Copy'}
  </button>;
}

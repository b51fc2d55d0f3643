// One polite live region: what happened, for those who cannot see it happen.
import { useEffect, useState } from 'preact/hooks';

let say: (text: string) => void = () => {};

export function announce(text: string): void {
  say('');
  setTimeout(() => say(text), 60);  // A region that is emptied first is read again, also when the words are the same.
}

export function LiveRegion() {
  const [text, set] = useState('');
  useEffect(() => { say = set; }, []);
  return <div class="hidden" role="status" aria-live="polite" id="live">{text}</div>;
}

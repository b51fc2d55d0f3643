import { useEffect, useRef } from 'preact/hooks';
import type { Children } from './bits';

/** Asks before something is done that cannot be taken back. The browser keeps the focus inside; after it, it is where it was before. */
export function Confirm({ title, action, danger, onYes, onNo, children }:
  { title: string; action: string; danger?: boolean; onYes: () => void; onNo: () => void } & Children) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement as HTMLElement | null;
    element.showModal();
    return () => {
      element.close();
      // Not left to the browser: what is taken out of the page while it closes gives nothing back.
      setTimeout(() => {
        if (document.activeElement && document.activeElement !== document.body) return;
        (before?.isConnected ? before : document.getElementById('main'))?.focus({ preventScroll: true });
      });
    };
  }, []);
  return <dialog ref={dialog} aria-labelledby="confirm-title" onCancel={(event) => { event.preventDefault(); onNo(); }}>
    <h2 id="confirm-title">{title}</h2>
    {children}
    <div class="buttons end">
      <button type="button" onClick={onNo}>Cancel</button>
      <button type="button" class={danger ? 'danger' : 'primary'} onClick={onYes}>{action}</button>
    </div>
  </dialog>;
}

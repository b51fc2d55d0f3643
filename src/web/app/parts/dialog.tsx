import { useEffect, useRef } from 'preact/hooks';
import type { Children } from './bits';

/** Asks before something is done that cannot be taken back. The browser keeps the focus inside and gives it back. */
export function Confirm({ title, action, danger, onYes, onNo, children }:
  { title: string; action: string; danger?: boolean; onYes: () => void; onNo: () => void } & Children) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
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

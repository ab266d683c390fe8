import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A modal dialog: the browser keeps the focus inside and gives it back. */
export function Dialog(given: {
  id: string;
  label?: string;
  labelledBy?: string;
  close: () => void;
  children: ComponentChildren;
}) {
  const { id, label, labelledBy, close, children } = given;
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by itself
    <dialog
      id={id}
      ref={element}
      aria-label={label}
      aria-labelledby={labelledBy}
      onClose={close}
      onClick={({ target }) => target === element.current && close()}
    >
      {children}
    </dialog>
  );
}

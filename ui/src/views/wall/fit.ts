import type { Attachment } from 'svelte/attachments';

/** Calls `measure` with the element, now and whenever its size or the font changes. */
export function measured(measure: (element: HTMLElement) => void): Attachment<HTMLElement> {
  return (element) => {
    const observer = new ResizeObserver(() => measure(element));
    observer.observe(element);
    const again = () => measure(element);
    document.fonts.addEventListener('loadingdone', again);
    return () => {
      observer.disconnect();
      document.fonts.removeEventListener('loadingdone', again);
    };
  };
}

/**
 * How many lines fit into `room`, of which each ends at its bottom. If they do not all, or if there are `others`
 * that are not among them, a further line says so and needs room as well.
 */
export function linesThatFit(bottoms: readonly number[], room: number, furtherLine: number, others: boolean): number {
  const fitting = (height: number) => bottoms.filter((bottom) => bottom <= height).length;
  const all = fitting(room);
  return all === bottoms.length && !others ? all : fitting(room - furtherLine);
}

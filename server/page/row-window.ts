/** Which rows of a long list are worth an element: those in sight, and some around them. Pure. */

export interface Viewport {
  scrollTop: number;
  height: number;
  /** Of one row with the gap after it, px. */
  rowHeight: number;
  columns: number;
}

export interface RowWindow {
  /** The items from `first` to before `end`. */
  first: number;
  end: number;
  /** The room that the others would take, px. */
  above: number;
  below: number;
}

/** So many rows above and below, so that scrolling and tabbing find them there. */
const AROUND_ROWS = 20;

export function rowWindow(count: number, viewport: Viewport): RowWindow {
  const { scrollTop, height, rowHeight } = viewport;
  const columns = Math.max(1, viewport.columns);
  const rows = Math.ceil(count / columns);
  // In whole steps, so that not each pixel of scrolling changes it.
  const step = AROUND_ROWS / 2;
  const inSight = Math.floor(scrollTop / rowHeight / step) * step;
  const firstRow = Math.max(0, Math.min(inSight, rows) - AROUND_ROWS);
  const endRow = Math.min(rows, inSight + Math.ceil(height / rowHeight) + step + AROUND_ROWS);
  return {
    first: firstRow * columns,
    end: Math.min(count, endRow * columns),
    above: firstRow * rowHeight,
    below: (rows - endRow) * rowHeight,
  };
}

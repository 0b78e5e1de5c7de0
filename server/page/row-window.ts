/** Computes which rows of a long list need elements: those in sight and some around them. Pure. */

export interface Viewport {
  scrollTop: number;
  height: number;
  /** Height of one row and the gap after it, px. */
  rowHeight: number;
  columns: number;
}

export interface RowWindow {
  /** Items from `first` up to, but not including, `end`. */
  first: number;
  end: number;
  /** Height of the rows without elements, px. */
  above: number;
  below: number;
}

/** Extra rows above and below, so that scrolling and the Tab key find elements there. */
const AROUND_ROWS = 20;

export function rowWindow(count: number, viewport: Viewport): RowWindow {
  const { scrollTop, height, rowHeight } = viewport;
  const columns = Math.max(1, viewport.columns);
  const rows = Math.ceil(count / columns);
  // The window moves in steps of several rows, so that not every scrolled pixel changes the result.
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

import { isReading, type Row } from "./row";

/**
 * Merges two lists of rows, each in time order, into one. Rows with the same time become one row,
 * because a reading and a change of the LED belong together. If both have a value, the second list
 * wins. Pure.
 */
export function* mergeRows(first: Iterable<Row>, second: Iterable<Row>): Generator<Row> {
  let held: Row | undefined;
  for (const row of inOrder(first, second))
    if (held?.atMs === row.atMs) held = joined(held, row);
    else {
      if (held) yield held;
      held = row;
    }
  if (held) yield held;
}

function* inOrder(first: Iterable<Row>, second: Iterable<Row>): Generator<Row> {
  const others = second[Symbol.iterator]();
  try {
    let other = others.next();
    for (const row of first) {
      for (; !other.done && other.value.atMs < row.atMs; other = others.next()) yield other.value;
      yield row;
    }
    for (; !other.done; other = others.next()) yield other.value;
  } finally {
    others.return?.();
  }
}

function joined(first: Row, second: Row): Row {
  return {
    atMs: first.atMs,
    values: isReading(second) ? second.values : first.values,
    ledOn: second.ledOn ?? first.ledOn,
  };
}

import { workerData } from "node:worker_threads";
import { serveThread } from "../base/thread-worker";
import type { HistoryWork } from "./history";
import { Store, type StoreOptions } from "./store";

/** The history's own thread: a slow disk, or a long question, holds up no decision. */

let store: Store | undefined;

serveThread((work: HistoryWork): unknown => {
  switch (work.kind) {
    case "open":
      open();
      return undefined;
    case "append":
      open().append(work.rows, work.nowMs);
      return undefined;
    case "points":
      return store?.points(work.id, work.span, work.points) ?? { bucketMs: 0, points: [] };
    case "page":
      return store?.page(work.id, work.span, work.limit) ?? [];
    case "has":
      return open().has(work.id);
    case "remove":
      return open().remove(work.id);
    case "probe":
      return open().probe();
    case "close":
      store?.close();
      return undefined;
  }
});

/** A disk that was full at the start may have room by now. */
function open(): Store {
  return (store ??= new Store(workerData as StoreOptions));
}

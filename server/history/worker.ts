import { workerData } from "node:worker_threads";
import { serveThread } from "../base/thread-worker";
import type { HistoryWork } from "./history";
import { Store, type StoreOptions } from "./store";

/** The history's own thread: a slow disk, or a long question, holds up no decision. */

let store: Store | undefined;

serveThread((work: HistoryWork): unknown => {
  switch (work.kind) {
    case "open":
      store = new Store(workerData as StoreOptions);
      return undefined;
    case "append":
      store?.append(work.rows, work.nowMs);
      return undefined;
    case "points":
      return store?.points(work.id, work.span, work.points);
    case "page":
      return store?.page(work.id, work.span, work.limit);
    case "has":
      return store?.has(work.id);
    case "remove":
      return store?.remove(work.id);
    case "close":
      store?.close();
      return undefined;
  }
});

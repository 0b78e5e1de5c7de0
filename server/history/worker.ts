import { performance } from "node:perf_hooks";
import { workerData } from "node:worker_threads";
import { serveThread } from "../base/thread-worker";
import { messageOf } from "../base/user-error";
import { BelievedClock } from "./believed-clock";
import { rowsOf } from "./columns";
import { DAMAGED, isEmptyFile, putAside } from "./database";
import type { AppendAnswer, HistoryWork, OpenAnswer } from "./history";
import { Store, type StoreOptions } from "./store";

/** The history's own thread: a slow disk or a long query delays no decision. */

const options = workerData as StoreOptions;
let store: Store | undefined;
let clock: BelievedClock | undefined;
/** New name of a damaged file, until it is reported. */
let aside: string | undefined;

serveThread((work: HistoryWork): unknown => {
  try {
    return perform(work);
  } catch (error) {
    if (options.dir === undefined || !DAMAGED.test(messageOf(error))) throw error;
    closeDamaged();
    aside = putAside(options.dir);
    return perform(work);
  }
});

function perform(work: HistoryWork): unknown {
  switch (work.kind) {
    case "open": {
      const opened: OpenAnswer = {
        wasEmpty: options.dir !== undefined && isEmptyFile(options.dir),
      };
      open();
      return opened;
    }
    case "append": {
      const opened = open();
      const believedMs = clock?.at(work.nowMs, performance.now());
      const trouble = opened.append(rowsOf(work.rows), work.nowMs, believedMs);
      if (trouble !== undefined && DAMAGED.test(trouble)) throw new Error(trouble);
      const answer: AppendAnswer = { trouble, aside, tooOld: opened.takeTooOld() };
      aside = undefined;
      return answer;
    }
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
}

/** Opens the store if it isn't open yet: a disk that was full at the start may have room by now. */
function open(): Store {
  if (store) return store;
  store = new Store(options);
  clock = new BelievedClock(store.newestMs);
  return store;
}

function closeDamaged(): void {
  try {
    store?.close();
  } catch {
    // A damaged database may fail to close, too.
  }
  store = undefined;
}

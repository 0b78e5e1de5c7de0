import { workerData } from "node:worker_threads";
import { serveThread } from "../base/thread-worker";
import { SqliteStore } from "./sqlite-store";
import type { StoreWork } from "./store-thread";

/** The store's own thread: a slow disk delays only the packets that must wait for it. */

const store = new SqliteStore((workerData as { dir: string }).dir);

serveThread((work: StoreWork): unknown => {
  switch (work.kind) {
    case "load":
      return store.load();
    case "write":
      return store.write(work.changes);
    case "replace":
      return store.replace(work.entries);
    case "close":
      return store.close();
  }
});

import { parentPort, workerData } from "node:worker_threads";
import { UserError, messageOf } from "../base/user-error";
import type { Answer, Call } from "./store-thread";
import { Store, type StoreOptions } from "./store";

/** The history's own thread: a slow disk, or a long question, holds up no decision. */

const port = parentPort;
if (!port) throw new Error("the history's worker is no program of its own");

let store: Store | undefined;

function perform(work: Call["work"]): unknown {
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
    case "close":
      store?.close();
      return undefined;
  }
}

port.on("message", ({ number, work }: Call) => {
  let answer: Answer;
  try {
    answer = { number, value: perform(work) };
  } catch (error) {
    // What a person can mend stays that on its way into the other thread.
    answer = { number, error: { message: messageOf(error), forUser: error instanceof UserError } };
  }
  port.postMessage(answer);
});

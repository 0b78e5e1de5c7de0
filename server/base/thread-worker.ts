import { parentPort } from "node:worker_threads";
import type { Answer, Call } from "./thread";
import { messageOf, UserError } from "./user-error";

/** Answers a thread's calls, in the thread. */
export function serveThread(perform: (work: never) => unknown): void {
  const port = parentPort;
  if (!port) throw new Error("a thread's worker is no program of its own");
  port.on("message", ({ number, work }: Call<never>) => {
    let answer: Answer;
    try {
      answer = { number, value: perform(work) };
    } catch (error) {
      // What a person can mend stays that on its way into the other thread.
      const forUser = error instanceof UserError;
      answer = { number, error: { message: messageOf(error), forUser } };
    }
    port.postMessage(answer);
  });
}

import { parentPort } from "node:worker_threads";
import type { ThreadAnswer, ThreadCall } from "./thread";
import { messageOf, UserError } from "./user-error";

/** Called in the thread: answers the calls that it receives. */
export function serveThread(perform: (work: never) => unknown): void {
  const port = parentPort;
  if (!port) throw new Error("a thread's worker is no program of its own");
  port.on("message", ({ number, work }: ThreadCall<never>) => {
    let answer: ThreadAnswer;
    try {
      answer = { number, value: perform(work) };
    } catch (error) {
      // `forUser` preserves the type UserError across the thread boundary.
      const forUser = error instanceof UserError;
      answer = { number, error: { message: messageOf(error), forUser } };
    }
    port.postMessage(answer);
  });
}

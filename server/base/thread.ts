import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { bundle } from "./bundle";
import { UserError } from "./user-error";

/** A call to a thread; `Answer` is the reply. See thread-worker.ts. */
export interface ThreadCall<Work> {
  number: number;
  work: Work;
}

export interface ThreadAnswer {
  number: number;
  value?: unknown;
  error?: { message: string; forUser: boolean };
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A thread for work that may block, such as disk access. Calls are answered in their order. */
export class Thread<Work extends { kind: string }> {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  private ended: Error | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on("message", (answer: ThreadAnswer) => this.settle(answer));
    worker.on("error", (error) => this.end(error));
    worker.on("exit", () => this.end(new Error("the thread has ended")));
  }

  /**
   * Starts a thread.
   * @param path the TypeScript file that runs in the thread
   */
  static async start<Work extends { kind: string }>(
    path: string,
    workerData: unknown,
  ): Promise<Thread<Work>> {
    return new Thread(new Worker(await javaScript(path), { eval: true, workerData }));
  }

  /**
   * Sends work to the thread, and returns its answer.
   * @throws UserError if the thread threw a UserError, Error for any other failure
   */
  call(work: Work): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      const number = ++this.count;
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, work } satisfies ThreadCall<Work>);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private settle({ number, value, error }: ThreadAnswer): void {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    if (!error) waiting?.resolve(value);
    else waiting?.reject(error.forUser ? new UserError(error.message) : new Error(error.message));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }
}

/** Bundles the file to JavaScript, because a thread does not get the TypeScript loader. */
async function javaScript(path: string): Promise<string> {
  const sqlite = createRequire(import.meta.url).resolve("node-sqlite3-wasm");
  const [file] = await bundle({
    entryPoints: [path],
    platform: "node",
    target: "node20",
    // External: the package loads its WebAssembly from its own folder.
    external: [sqlite],
    alias: { "node-sqlite3-wasm": sqlite },
  });
  return Buffer.from(file?.contents ?? []).toString();
}

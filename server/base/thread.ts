import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { bundle } from "./bundle";
import { UserError } from "./user-error";

/** One question to a thread, and its answer; see thread-worker.ts. */
export interface Call<Work> {
  number: number;
  work: Work;
}

export interface Answer {
  number: number;
  value?: unknown;
  error?: { message: string; forUser: boolean };
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A thread for what may be slow, as a disk. Calls are answered in their order. */
export class Thread<Work extends { kind: string }> {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  private ended: Error | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on("message", (answer: Answer) => this.settle(answer));
    worker.on("error", (error) => this.end(error));
    worker.on("exit", () => this.end(new Error("the thread has ended")));
  }

  /** @param path of the TypeScript file that is to run in it */
  static async start<Work extends { kind: string }>(
    path: string,
    workerData: unknown,
  ): Promise<Thread<Work>> {
    return new Thread(new Worker(await javaScript(path), { eval: true, workerData }));
  }

  /** @throws UserError if the thread threw one, Error for all else */
  call(work: Work): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      const number = ++this.count;
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, work } satisfies Call<Work>);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private settle({ number, value, error }: Answer): void {
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

/** A thread is not given the loader that understands TypeScript: it gets JavaScript. */
async function javaScript(path: string): Promise<string> {
  const sqlite = createRequire(import.meta.url).resolve("node-sqlite3-wasm");
  const [file] = await bundle({
    entryPoints: [path],
    platform: "node",
    target: "node20",
    // It finds its WebAssembly beside itself.
    external: [sqlite],
    alias: { "node-sqlite3-wasm": sqlite },
  });
  return Buffer.from(file?.contents ?? []).toString();
}

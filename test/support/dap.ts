import { once } from "node:events";
import { createConnection } from "node:net";
import type { Readable, Writable } from "node:stream";
import { until } from "./until";

export interface DapEvent {
  event: string;
  body?: Record<string, unknown>;
}

interface DapResponse {
  request_seq: number;
  success: boolean;
  message?: string;
  body?: unknown;
}

/** A client of the Debug Adapter Protocol that stands in for VS Code. */
export class Dap {
  readonly events: DapEvent[] = [];
  /** Arguments of the adapter's requests to VS Code, by command. */
  readonly asked = new Map<string, unknown>();
  private readonly waiting = new Map<number, (response: DapResponse) => void>();
  private lastSeq = 0;
  private pending = Buffer.alloc(0);

  /** @param input the adapter's input stream */
  constructor(
    private readonly input: Writable,
    output: Readable,
  ) {
    output.on("data", (chunk: Buffer) => this.receive(chunk));
    input.on("error", () => undefined);
  }

  static async connect(port: number): Promise<Dap> {
    const socket = createConnection(port, "127.0.0.1");
    await once(socket, "connect");
    return new Dap(socket, socket);
  }

  /**
   * Sends a request and waits for its response.
   * @throws Error with the adapter's message if the request fails
   */
  async request<T = unknown>(command: string, args: object = {}): Promise<T> {
    const seq = ++this.lastSeq;
    const answer = new Promise<DapResponse>((resolve) => this.waiting.set(seq, resolve));
    const body = JSON.stringify({ seq, type: "request", command, arguments: args });
    this.input.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    let response: DapResponse | undefined;
    void answer.then((value) => (response = value));
    await until(`an answer to ${command}`, () => response !== undefined);
    const { success, message, body: result } = response as DapResponse;
    if (!success) throw new Error(`${command}: ${message ?? "refused"}`);
    return result as T;
  }

  /**
   * Waits for an event.
   * @returns the body of the first event of that name, starting at index `from` of `events`
   */
  async untilEvent(name: string, from: number): Promise<Record<string, unknown>> {
    let found: DapEvent | undefined;
    await until(`the event ${name}`, () => {
      found = this.events.slice(from).find(({ event }) => event === name);
      return found !== undefined;
    });
    return found?.body ?? {};
  }

  stop(): void {
    this.input.destroy();
  }

  private receive(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (;;) {
      const end = this.pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [, length] = /Content-Length: (\d+)/.exec(this.pending.toString("utf8", 0, end)) ?? [];
      const total = end + 4 + Number(length);
      if (this.pending.length < total) return;
      this.dispatch(JSON.parse(this.pending.toString("utf8", end + 4, total)) as object);
      this.pending = this.pending.subarray(total);
    }
  }

  private dispatch(message: object): void {
    if ("event" in message) this.events.push(message as DapEvent);
    else if ("command" in message && "arguments" in message)
      this.asked.set(String(message.command), message.arguments);
    else if ("request_seq" in message) {
      const response = message as DapResponse;
      this.waiting.get(response.request_seq)?.(response);
      this.waiting.delete(response.request_seq);
    }
  }
}

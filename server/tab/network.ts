import { ReceiveWindow } from "./receive-window";

/** The part of Node's socket interface that the virtual machine uses. */
interface Socket {
  on(event: string, listener: Listener): void;
  once(event: string, listener: Listener): void;
  write(bytes: Uint8Array): void;
  end(): void;
}

// The events' arguments have different types, as in Node.
type Listener = (argument?: unknown) => void;

export interface NetworkOptions {
  /**
   * URL of the server's MQTT over WebSocket. It is used for every host and port that the program
   * requests.
   */
  url: string;
  /** Called when a connection has opened, has ended, or could not be opened. */
  onLink: (isOpen: boolean) => void;
  /** Called with the stream's bytes as they pass. */
  onBytes: (direction: "sent" | "received", bytes: Uint8Array) => void;
  /** Called when the virtual machine has received bytes, which it processes in its next step. */
  onDelivered: () => void;
}

/**
 * The virtual machine's network: its byte stream travels in the binary messages of a WebSocket,
 * which makes it MQTT over WebSocket [MQTT-6.0.0-2]. The network can be unplugged.
 */
export class Network {
  private current: WebSocket | undefined;
  private fail: ((error: Error) => void) | undefined;
  private isPlugged = true;

  constructor(private readonly options: NetworkOptions) {}

  /** Unplugging cuts the connection without a goodbye message and prevents a new one. */
  set plugged(isPlugged: boolean) {
    this.isPlugged = isPlugged;
    if (isPlugged) return;
    this.fail?.(new Error("the network is unplugged"));
    this.current?.close();
  }

  /** Returns `net` and `tls` for the virtual machine, and the part of `crypto` that it uses. */
  require(name: string): unknown {
    switch (name) {
      case "net":
        return { createConnection: () => this.connect() };
      case "tls":
        return { connect: () => this.connect() };
      case "crypto":
        return { randomBytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
      default:
        throw new Error(`no module ${name} in a browser`);
    }
  }

  private connect(): Socket {
    const listeners = new Map<string, Listener>();
    // Each event has only one listener, the machine's.
    const on = (event: string, listener: Listener) => void listeners.set(event, listener);
    const say = (event: string, argument?: unknown) => listeners.get(event)?.(argument);
    let isOver = false;
    const end = (error?: Error) => {
      if (isOver) return;
      isOver = true;
      this.options.onLink(false);
      if (error) say("error", error);
      say("close");
    };
    // The virtual machine must be told after its own call: being called in the middle, it aborts.
    const endLater = (error?: Error) => void setTimeout(() => end(error));
    if (!this.isPlugged) {
      endLater(new Error("the network is unplugged"));
      return { on, once: on, write: () => undefined, end: () => endLater() };
    }
    const socket = new WebSocket(this.options.url, "mqtt");
    socket.binaryType = "arraybuffer";
    this.current = socket;
    this.fail = end;
    const arrived = new ReceiveWindow();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deliver = () => {
      timer = undefined;
      for (;;) {
        const next = arrived.take(performance.now());
        if (next === undefined || isOver) return;
        if (typeof next === "number") {
          timer = setTimeout(deliver, next);
          return;
        }
        this.options.onBytes("received", next);
        say("data", next);
        this.options.onDelivered();
      }
    };
    socket.onopen = () => {
      this.options.onLink(true);
      say("connect");
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      arrived.push(new Uint8Array(data));
      if (timer === undefined) deliver();
    };
    // Browsers do not reveal the reason of a failure.
    socket.onerror = () => end(new Error("the server can't be reached"));
    socket.onclose = () => end();
    return {
      on,
      once: on,
      write: (bytes) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        this.options.onBytes("sent", bytes);
        socket.send(bytes);
      },
      end: () => {
        endLater();
        socket.close();
      },
    };
  }
}

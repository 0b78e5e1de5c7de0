import { ReceiveWindow } from "./receive-window";

/** What the virtual machine expects of a socket of Node. */
interface Socket {
  on(event: string, listener: Listener): void;
  once(event: string, listener: Listener): void;
  write(bytes: Uint8Array): void;
  end(): void;
}

// The events have arguments of different types, as in Node.
type Listener = (argument?: unknown) => void;

export interface NetworkOptions {
  /** The server's MQTT over WebSocket, whatever host and port the program asks for. */
  url: string;
  /** A connection has come about; it has ended, or did not come about. */
  onLink: (isOpen: boolean) => void;
  /** Bytes of the stream, as they pass. */
  onBytes: (direction: "sent" | "received", bytes: Uint8Array) => void;
  /** The virtual machine has got bytes, and looks at them at its next step. */
  onDelivered: () => void;
}

/**
 * The virtual machine's way out: its stream of bytes in the binary messages of a WebSocket, which
 * is what MQTT over WebSocket is [MQTT-6.0.0-2]. It can be unplugged.
 */
export class Network {
  private current: WebSocket | undefined;
  private fail: ((error: Error) => void) | undefined;
  private isPlugged = true;

  constructor(private readonly options: NetworkOptions) {}

  /** Unplugging ends the connection without a goodbye, and lets no new one come about. */
  set plugged(isPlugged: boolean) {
    this.isPlugged = isPlugged;
    if (isPlugged) return;
    this.fail?.(new Error("the network is unplugged"));
    this.current?.close();
  }

  /** `net` and `tls` as the virtual machine asks for them, and what it needs of `crypto`. */
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
    // One event of each kind has one listener: the machine's.
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
    if (!this.isPlugged) {
      setTimeout(() => end(new Error("the network is unplugged")));
      return { on, once: on, write: () => undefined, end: () => end() };
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
    // A browser does not tell why.
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
        end();
        socket.close();
      },
    };
  }
}

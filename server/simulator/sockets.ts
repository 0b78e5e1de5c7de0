import net, { type Socket } from "node:net";
import tls from "node:tls";

/** Receive window, bytes: a board's network stack buffers this much before it stops the sender. */
const WINDOW_BYTES = 4096;
/** Size of one TCP segment, bytes. */
const SEGMENT_BYTES = 1460;
/** Rate at which the window reopens: 100 KB/s, more than a board's radio delivers. */
const BYTES_PER_MS = 100;

let trustedCa: Buffer | undefined;

/**
 * Makes the sockets of all machines trust one more CA, as if the device's maker had built it in.
 */
export function trustCa(ca: Buffer): void {
  trustedCa = ca;
}

/**
 * The `net` and `tls` modules for the virtual machine, with a board's receive window. Node would
 * deliver 64 KB at once to a machine whose whole heap is 64 KB; with this window, TCP itself makes
 * a sender wait.
 */
export const windowedModules: Record<string, unknown> = {
  net: {
    createConnection: (...args: Parameters<typeof net.createConnection>) =>
      withWindow(net.createConnection(...args)),
  },
  tls: {
    connect: (options: tls.ConnectionOptions) => {
      const ca = trustedCa && [...tls.rootCertificates, trustedCa];
      return withWindow(tls.connect({ ...options, ca, minVersion: "TLSv1.2" }));
    },
  },
};

function withWindow(socket: Socket): Socket {
  const on = socket.on.bind(socket);
  socket.on = (event: string, listener: (...args: never[]) => void) => {
    if (event !== "data") return on(event, listener as (...args: unknown[]) => void);
    readThroughWindow(socket, listener as unknown as (chunk: Buffer) => void);
    return socket;
  };
  return socket;
}

function readThroughWindow(socket: Socket, take: (chunk: Buffer) => void): void {
  let open = WINDOW_BYTES;
  let atMs = performance.now();
  let timer: NodeJS.Timeout | undefined;

  function read(): void {
    timer = undefined;
    const nowMs = performance.now();
    open = Math.min(WINDOW_BYTES, open + (nowMs - atMs) * BYTES_PER_MS);
    atMs = nowMs;
    while (socket.readableLength > 0) {
      const size = Math.min(socket.readableLength, SEGMENT_BYTES);
      if (open < size) {
        timer = setTimeout(read, Math.ceil((size - open) / BYTES_PER_MS));
        return;
      }
      open -= size;
      take(socket.read(size) as Buffer);
    }
  }
  socket.on("readable", () => {
    // The last read, which may return nothing, lets the stream end.
    if (socket.readableLength === 0) socket.read();
    else if (!timer) read();
  });
  socket.on("close", () => {
    clearTimeout(timer);
  });
}

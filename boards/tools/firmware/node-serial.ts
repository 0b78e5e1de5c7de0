import { messageOf, UserError } from "../../../server/base/user-error";
import { loadSerialPort } from "../usb/serial-port";

interface Signals {
  dataTerminalReady?: boolean;
  requestToSend?: boolean;
  break?: boolean;
}

/** Maximum time for sending the written bytes before the port is closed. */
const DRAIN_MS = 500;

/**
 * A Node serial port with Web Serial's interface (wicg.github.io/serial), as far as esptool-js uses
 * it.
 */
export async function webSerialOf(path: string) {
  const SerialPort = await loadSerialPort();
  let port: InstanceType<typeof SerialPort> | undefined;
  const call = async (act: (done: (error?: Error | null) => void) => void) =>
    await new Promise<void>((resolve, reject) =>
      act((error) => (error ? reject(new UserError(`${path}: ${messageOf(error)}`)) : resolve())),
    );
  return {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    /** Returns no USB ids: the path identifies the port. */
    getInfo: () => ({}),
    async open({ baudRate }: { baudRate: number }): Promise<void> {
      const opened = new SerialPort({ path, baudRate, autoOpen: false });
      await call((done) => opened.open(done));
      port = opened;
      opened.on("error", () => undefined);
      this.readable = new ReadableStream<Uint8Array>({
        start(controller) {
          opened.on("data", (bytes: Buffer) => controller.enqueue(Uint8Array.from(bytes)));
        },
        cancel() {
          opened.removeAllListeners("data");
        },
      });
      this.writable = new WritableStream<Uint8Array>({
        write: async (bytes) => await call((done) => opened.write(Buffer.from(bytes), done)),
      });
    },
    async setSignals(signals: Signals): Promise<void> {
      const { dataTerminalReady: dtr, requestToSend: rts, break: brk } = signals;
      const set = {
        ...(dtr !== undefined && { dtr }),
        ...(rts !== undefined && { rts }),
        ...(brk !== undefined && { brk }),
      };
      // Errors are ignored: a test's line has no such signals, and a chip that is not reset stays
      // silent.
      await new Promise<void>((resolve) => port?.set(set, () => resolve()));
    },
    async close(): Promise<void> {
      const closing = port;
      port = undefined;
      this.readable = this.writable = null;
      if (!closing?.isOpen) return;
      const drained = new Promise<void>((resolve) => closing.drain(() => resolve()));
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
      await call((done) => closing.close(done));
    },
  };
}

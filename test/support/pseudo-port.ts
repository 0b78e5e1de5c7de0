import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Program } from "./program";
import { until } from "./until";

/** The identity of a USB device with a serial port, as the operating system shows it. */
export interface UsbIdentity {
  vendor: string;
  /** Both ids are hexadecimal. */
  vendorId: string;
  productId: string;
  serialNumber: string;
}

/**
 * A serial port that tools can find: a pseudo-terminal, and a stand-in for the operating system's
 * list of ports.
 */
export class PseudoPort {
  readonly dir = mkdtempSync(join(tmpdir(), "nightlight-board-"));
  readonly path = join(this.dir, "ttyUSB0");
  /** Called with bytes that a tool has sent to the port. */
  onData: (bytes: Buffer) => void = () => undefined;
  private readonly server: Server = createServer((socket) => this.plugged(socket));
  private socket: Socket | undefined;
  private terminal: Program | undefined;

  static async plugIn(usb: UsbIdentity): Promise<PseudoPort> {
    const port = new PseudoPort();
    mkdirSync(join(port.dir, "bin"));
    port.tool("udevadm", udevadm(port.path, usb));
    await new Promise<void>((resolve) => port.server.listen(0, "127.0.0.1", resolve));
    const { port: number } = port.server.address() as AddressInfo;
    port.terminal = new Program(
      "socat",
      [`pty,link=${port.path},raw,echo=0`, `tcp:127.0.0.1:${number}`],
      { cwd: port.dir },
    );
    await until("the pseudo-terminal is there", () => existsSync(port.path));
    return port;
  }

  /** Environment variables with which a tool finds this port and the stand-in programs. */
  get env(): Record<string, string> {
    return { PATH: `${join(this.dir, "bin")}${delimiter}${process.env["PATH"] ?? ""}` };
  }

  /** The baud rate at which the port was last opened. */
  get baud(): number {
    return Number(execFileSync("stty", ["-F", this.path, "speed"], { encoding: "utf8" }));
  }

  /** Adds a shell script that stands in for a program on the PATH. */
  tool(name: string, script: string): void {
    const path = join(this.dir, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  write(bytes: Uint8Array | string): void {
    this.socket?.write(bytes);
  }

  async unplug(): Promise<void> {
    await this.terminal?.stop();
    this.socket?.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.dir, { recursive: true });
  }

  private plugged(socket: Socket): void {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => this.onData(bytes));
  }
}

/**
 * Returns a script that prints what Linux's udevadm says about a USB serial port, limited to the
 * fields that are read.
 */
function udevadm(port: string, usb: UsbIdentity): string {
  return `cat <<END
P: /devices/usb1/1-1/ttyUSB0
N: ${port}
E: DEVNAME=${port}
E: ID_VENDOR_ENC=${usb.vendor}
E: ID_SERIAL_SHORT=${usb.serialNumber}
E: ID_VENDOR_ID=${usb.vendorId}
E: ID_MODEL_ID=${usb.productId}

END`;
}

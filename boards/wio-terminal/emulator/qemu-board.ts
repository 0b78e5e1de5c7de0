/** Runs the board's image in QEMU, with models of the coprocessor, sensor, buttons and LED. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { until } from "../../../server/base/wait-for";
import { PACKAGE_ADDRESS } from "../build/package";
import { Coprocessor } from "./coprocessor/coprocessor";
import type { Network } from "./coprocessor/station";

export interface QemuBoardOptions {
  elf: string;
  /** Program and settings to load into flash, for an image that was linked without a package. */
  packed?: Uint8Array;
  network?: Network;
  onLog?: (line: string) => void;
  onLed?: (brightness: number) => void;
  /** Called before the board's first instruction. */
  prepare?: ((board: QemuBoard) => void) | undefined;
  /** Additional arguments for QEMU. */
  args?: readonly string[] | undefined;
}

export type Button = "a" | "b" | "c";

export class QemuBoard {
  /** The lines on the console. */
  readonly log: string[] = [];
  /** The LED's last brightness, 0..65535. */
  led = 0;

  private constructor(
    readonly coprocessor: Coprocessor,
    private readonly child: ChildProcess,
    private readonly bench: () => Socket | undefined,
    /** The serial line to a computer, on which the DeviceScript tools find the board. */
    readonly line: SerialSocket,
    private readonly cleanUp: () => void,
    private readonly onLed: (brightness: number) => void,
  ) {}

  static async start(options: QemuBoardOptions): Promise<QemuBoard> {
    const dir = mkdtempSync(join(tmpdir(), "nightlight-qemu-"));
    const link = await SerialSocket.listen(join(dir, "link"));
    const bench = await SerialSocket.listen(join(dir, "bench"));
    const line = await SerialSocket.listen(join(dir, "line"));
    const args = [
      ...["-M", "mps2-an386", "-display", "none", "-monitor", "none"],
      ...["-semihosting-config", "enable=on,target=native"],
      ...["-serial", "stdio"],
      ...["-chardev", `socket,id=link,path=${link.path}`, "-serial", "chardev:link"],
      ...["-chardev", `socket,id=bench,path=${bench.path}`, "-serial", "chardev:bench"],
      ...["-chardev", `socket,id=line,path=${line.path}`, "-serial", "chardev:line"],
      ...["-kernel", options.elf],
      ...(options.args ?? []),
    ];
    if (options.packed) {
      const file = join(dir, "package.bin");
      writeFileSync(file, options.packed);
      args.push("-device", `loader,file=${file},addr=${PACKAGE_ADDRESS},force-raw=on`);
    }
    const child = spawn("qemu-system-arm", args, { stdio: ["ignore", "pipe", "pipe"] });
    const network = options.network ?? { ssid: "nobody's" };
    const coprocessor = new Coprocessor(network, (bytes) => link.write(bytes));
    const board = new QemuBoard(
      coprocessor,
      child,
      () => bench.socket,
      line,
      () => {
        link.close();
        bench.close();
        line.close();
        rmSync(dir, { recursive: true, force: true });
      },
      (brightness) => options.onLed?.(brightness),
    );
    const log = (line: string): void => {
      board.log.push(line);
      options.onLog?.(line);
    };
    options.prepare?.(board);
    eachLine(child.stdout, log);
    eachLine(child.stderr, log);
    link.onData = (bytes) => coprocessor.receive(bytes);
    const saidByBench = lineSplitter((line) => board.heard(line));
    bench.onData = (bytes) => saidByBench(bytes);
    process.once("exit", board.kill);
    child.on("error", (error) => log(`QEMU: ${error.message}`));
    await until("QEMU opens its serial lines", () => {
      if (child.exitCode !== null) throw new Error(`QEMU ended: ${board.log.join("\n")}`);
      return [link, bench, line].every(({ socket }) => socket !== undefined);
    });
    return board;
  }

  /** @param light 0..65535 */
  setLight(light: number): void {
    this.say(`light ${light}`);
  }

  setButton(button: Button, pressed: boolean): void {
    this.say(`button ${button} ${pressed ? 1 : 0}`);
  }

  /**
   * Sends a command to the bench, which stands for the board's surroundings:
   * boards/wio-terminal/qemu/bench.h.
   */
  say(command: string): void {
    this.bench()?.write(`${command}\n`);
  }

  /** Waits for a line on the console. The first `from` lines are ignored. */
  async untilLogged(
    text: string | RegExp,
    options: { from?: number; ms?: number } = {},
  ): Promise<string> {
    const matches = (line: string): boolean =>
      typeof text === "string" ? line.includes(text) : text.test(line);
    const find = (): string | undefined => this.log.slice(options.from ?? 0).find(matches);
    try {
      await until(`"${text.toString()}" on the console`, () => find() !== undefined, options.ms);
    } catch (error) {
      const tail = this.log.slice(-30).join("\n  ");
      throw new Error(`${(error as Error).message}; it ends:\n  ${tail}`, { cause: error });
    }
    return find() ?? "";
  }

  async stop(): Promise<void> {
    process.off("exit", this.kill);
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      this.kill();
      await ended;
    }
    this.coprocessor.setPower(false);
    this.cleanUp();
  }

  private readonly kill = (): void => {
    this.child.kill("SIGKILL");
  };

  private heard(line: string): void {
    const [what, value] = line.split(" ");
    if (what === "led") {
      this.led = Number(value);
      this.onLed(this.led);
    } else if (what === "coprocessor") this.coprocessor.setPower(value === "1");
  }
}

/** This process's end of a serial line. QEMU connects to the socket. */
export class SerialSocket {
  socket: Socket | undefined;
  onData: (bytes: Buffer) => void = () => undefined;

  private constructor(
    readonly path: string,
    private readonly server: Server,
  ) {}

  static async listen(path: string): Promise<SerialSocket> {
    const server = createServer();
    const line = new SerialSocket(path, server);
    server.on("connection", (socket) => {
      line.socket = socket;
      socket.on("data", (bytes) => line.onData(bytes));
      socket.on("error", () => (line.socket = undefined));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return line;
  }

  write(bytes: Uint8Array): void {
    this.socket?.write(bytes);
  }

  close(): void {
    this.socket?.destroy();
    this.server.close();
  }
}

function eachLine(stream: NodeJS.ReadableStream, emit: (line: string) => void): void {
  const push = lineSplitter(emit);
  stream.on("data", (bytes: Buffer) => push(bytes));
}

function lineSplitter(emit: (line: string) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (bytes) => {
    const lines = (rest + decoder.write(bytes)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) emit(line.replace(/\r$/, ""));
  };
}

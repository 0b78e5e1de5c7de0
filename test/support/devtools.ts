import { type RawData, WebSocket } from "ws";
import { sendProgram } from "../../boards/tools/usb/deploy";
import type { Settings } from "../../server/setup/settings";
import {
  activeBus,
  type JDBus,
  type JDService,
  SRV_DEVICE_SCRIPT_MANAGER,
} from "../../server/simulator/jacdac";
import { SimulatedParts } from "../../server/simulator/parts";
import { SocketTransport } from "../../server/simulator/socket-transport";
import { DEVELOPMENT_SERVER } from "../../server/simulator/vscode-parts";
import type { Program } from "./program";
import { until } from "./until";

/** Device id of the simulator, in the form that VS Code generates. */
export const SIMULATOR = "0123456789abcdef";
/**
 * Number of times that VS Code's extension looks for the simulator, and the pause between two
 * looks, ms.
 */
const LOOKS = 20;
const LOOK_MS = 200;

interface Message {
  seq?: number;
  resp?: string;
  data: unknown;
}

interface BuildStatus {
  success: boolean;
  deployStatus: string;
  dbg: { binary: { hex: string } };
}

/**
 * A client of the CLI's development server that does what VS Code's extension does: it exchanges
 * messages over the side channel, and puts the simulated sensor and lamp on the bus.
 */
export class Devtools {
  private readonly waiting = new Map<number, (answer: Message) => void>();
  private lastSeq = 0;
  private readonly bus: JDBus;
  private readonly parts: SimulatedParts | undefined;

  private constructor(
    readonly process: Program,
    private readonly socket: WebSocket,
    hasParts: boolean,
  ) {
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.answered(data);
    });
    this.bus = activeBus(new SocketTransport(socket));
    if (hasParts) this.parts = new SimulatedParts(this.bus, 512);
  }

  /**
   * @param process the process that starts the server: `devicescript devtools`, or this project's
   * wrapper
   * @param hasParts whether to add the sensor and the lamp that the dashboard would simulate
   */
  static async connect(process: Program, hasParts = true): Promise<Devtools> {
    await process.untilPrinted("dbgserver");
    let socket: WebSocket | undefined;
    await until("the development server answers", async () => {
      socket = await open();
      return socket !== undefined;
    });
    const devtools = new Devtools(process, socket as WebSocket, hasParts);
    await devtools.bus.connect();
    return devtools;
  }

  /**
   * Starts the simulator in its own process, as VS Code does.
   * @throws Error if VS Code would report that the device can't be found
   */
  async startSimulator(): Promise<void> {
    await this.request("startVM", { deviceId: SIMULATOR, stateless: true, clearFlash: true });
    for (let look = 0; look < LOOKS && this.managers() === 0; look++)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (this.managers() === 0) throw new Error(`Could not find device ${SIMULATOR}`);
  }

  managers(): number {
    return this.bus.services({ serviceClass: SRV_DEVICE_SCRIPT_MANAGER }).length;
  }

  /**
   * Compiles and deploys once, as F5 does.
   * @returns "OK", or the error of the deployment
   */
  async deploy(deviceId: string): Promise<string> {
    return (await this.build({ deployTo: deviceId })).deployStatus;
  }

  /**
   * Builds the program on the server, because the debugger needs that build, then sends it over the
   * bus with the settings.
   */
  async send(settings: Settings, deviceId: string): Promise<void> {
    const { dbg } = await this.build({});
    let manager: JDService | undefined;
    // The server considers the device gone after a long compilation, so this waits until the server
    // finds it again.
    await until("the device on the server's bus", () => {
      const managers = this.bus.services({ serviceClass: SRV_DEVICE_SCRIPT_MANAGER });
      manager = managers.find(({ device }) => device.deviceId === deviceId);
      return manager !== undefined;
    });
    const bytecode = Buffer.from(dbg.binary.hex, "hex");
    await sendProgram(manager as JDService, { bytecode, settings });
  }

  private async build(deploy: { deployTo?: string }): Promise<BuildStatus> {
    const data = { filename: "src/main.ts", buildOptions: {}, ...deploy };
    const status = (await this.request("build", data)) as BuildStatus;
    if (!status.success) throw new Error(`it does not compile:\n${this.process.output}`);
    return status;
  }

  /**
   * Sends a request over the side channel, and returns its answer.
   * @throws Error with the server's message
   */
  async request(req: string, data: object = {}): Promise<unknown> {
    const seq = ++this.lastSeq;
    const answer = new Promise<Message>((resolve) => this.waiting.set(seq, resolve));
    this.socket.send(JSON.stringify({ req, seq, data }));
    const { resp, data: result } = await answer;
    if (resp === "error") throw new Error((result as { message: string }).message);
    return result;
  }

  set lightRaw(lightRaw: number) {
    if (this.parts) this.parts.lightRaw = lightRaw;
  }

  get ledOn(): boolean {
    return this.parts?.ledOn ?? false;
  }

  async stop(): Promise<void> {
    await this.request("stopVM").catch(() => undefined);
    await this.bus.stop();
    this.socket.terminate();
    await this.process.stop();
  }

  private answered(data: RawData): void {
    const message = JSON.parse((data as Buffer).toString()) as Message;
    if (message.seq === undefined) return;
    this.waiting.get(message.seq)?.(message);
    this.waiting.delete(message.seq);
  }
}

function open(): Promise<WebSocket | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(DEVELOPMENT_SERVER);
    socket.once("open", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

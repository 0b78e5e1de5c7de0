import { WebSocket } from "ws";
import { activeBus, type JDBus } from "./jacdac";
import { SimulatedParts } from "./parts";
import { SocketTransport } from "./socket-transport";

/**
 * Address of DeviceScript's development server. VS Code's extension and the CLI use only this port.
 */
export const DEVELOPMENT_SERVER = "ws://127.0.0.1:8081";
const RETRY_MS = 500;

/**
 * A light sensor and a lamp for the simulator that VS Code starts, which has no parts of its own.
 * The parts join the simulator's development server as soon as it runs, and again after each
 * restart.
 */
export class VsCodeParts {
  private parts: SimulatedParts | undefined;
  private bus: JDBus | undefined;
  private socket: WebSocket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  /**
   * @param lightRaw the sensor's initial light, raw 0..1023
   * @param onConnection called when a development server was found, and when it has gone
   */
  constructor(
    private ownLightRaw: number,
    private readonly onLed: () => void,
    private readonly onConnection: (connected: boolean) => void,
  ) {
    this.connect();
  }

  get lightRaw(): number {
    return this.ownLightRaw;
  }

  set lightRaw(lightRaw: number) {
    this.ownLightRaw = lightRaw;
    if (this.parts) this.parts.lightRaw = lightRaw;
  }

  get ledOn(): boolean {
    return this.parts?.ledOn ?? false;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.socket?.terminate();
    await this.bus?.stop();
  }

  private connect(): void {
    const socket = new WebSocket(DEVELOPMENT_SERVER);
    this.socket = socket;
    socket.once("open", () => void this.join(socket));
    // Without a listener the error would be thrown; "close" follows.
    socket.on("error", () => undefined);
    socket.once("close", () => void this.leave());
  }

  private async join(socket: WebSocket): Promise<void> {
    const bus = activeBus(new SocketTransport(socket));
    this.bus = bus;
    this.parts = new SimulatedParts(bus, this.ownLightRaw, this.onLed);
    await bus.connect();
    this.onConnection(true);
  }

  private async leave(): Promise<void> {
    const { bus } = this;
    this.bus = undefined;
    this.parts = undefined;
    await bus?.stop();
    if (this.isStopped) return;
    if (bus) this.onConnection(false);
    this.timer = setTimeout(() => this.connect(), RETRY_MS);
  }
}

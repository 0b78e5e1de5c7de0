import type { Vm } from "../../server/base/vm";
import {
  activeBus,
  addServer,
  type JDBus,
  JDServiceServer,
  LightBulbReg,
  SensorServer,
  SettingsClient,
  SRV_LIGHT_BULB,
  SRV_LIGHT_LEVEL,
  SRV_SETTINGS,
  SRV_WIFI,
  Transport,
  WifiCmd,
} from "../../server/simulator/jacdac";
import { createVm } from "../../server/simulator/vm";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { EspLoader } from "./esp-loader";
import { Decoder, encode } from "./jdusb";
import { PseudoPort } from "./pseudo-port";
import { until } from "./until";

/** A frame with this flag and class is for the serial bridge itself (SRV_USB_BRIDGE). */
const BRIDGE = Buffer.from([0x4a, 0x1a, 0xf6, 0x18]);

/**
 * Stands in for a board on a serial port, with everything by which tools find a board: a
 * pseudo-terminal, the operating system's list of ports, and the chip's boot loader. Once the
 * runtime has been started, the real virtual machine answers on the line.
 */
export class SerialBoard {
  private vm: Vm | undefined;
  private bus: JDBus | undefined;
  private sensor: SensorServer<[number]> | undefined;
  private lamp: JDServiceServer | undefined;
  /** Lines logged by the board. */
  readonly log: string[] = [];
  /** Wi-Fi networks that a tool has sent to the board: password by name. */
  readonly networks = new Map<string, string>();
  /** Answers on the line while no runtime is running. */
  readonly bootLoader: EspLoader;
  private receive: (frame: Buffer) => void = () => undefined;

  private constructor(private readonly line: PseudoPort) {
    const decoder = new Decoder((frame) => {
      // If no runtime is running, no frame is answered.
      if (!this.vm) return;
      if (frame.subarray(4, 8).equals(BRIDGE)) line.write(encode(frame));
      else this.receive(frame);
    });
    this.bootLoader = new EspLoader((bytes) => line.write(bytes));
    line.onData = (bytes) => {
      decoder.push(bytes);
      if (!this.vm) this.bootLoader.push(bytes);
    };
  }

  static async plugIn(): Promise<SerialBoard> {
    return new SerialBoard(
      await PseudoPort.plugIn({
        vendor: "Silicon_Labs",
        vendorId: "10c4",
        productId: "ea60",
        serialNumber: "0001",
      }),
    );
  }

  get port(): string {
    return this.line.path;
  }

  /** Environment variables with which a tool finds this board. */
  get env(): Record<string, string> {
    return this.line.env;
  }

  /** Adds a shell script that stands in for a program on the PATH. */
  tool(name: string, script: string): void {
    this.line.tool(name, script);
  }

  /**
   * Starts the runtime on the board.
   * @param flash content of the board's flash store; empty by default
   */
  async start(flash?: Uint8Array): Promise<void> {
    const vm: Vm & { flashSize?: number } = (this.vm = await createVm());
    vm.log = () => undefined;
    vm.error = () => undefined;
    vm.panicHandler = () => undefined;
    vm.deployHandler = () => undefined;
    vm.flashLoad = flash ? () => flash : null;
    vm.flashSave = null;
    if (flash) vm.flashSize = flash.length;
    vm.dmesg = (line) => {
      this.log.push(line.trimEnd());
      this.line.write(`DM (1): ${line.trimEnd()}\n`);
    };
    const transport = new BoardTransport(vm, (frame) => this.line.write(encode(frame)));
    this.receive = (frame) => transport.receive(frame);
    const bus = (this.bus = activeBus(transport));
    this.sensor = new SensorServer<[number]>(SRV_LIGHT_LEVEL, {
      readingValues: [0.5],
      streamingInterval: 50,
    });
    this.lamp = new JDServiceServer(SRV_LIGHT_BULB, { intensityValues: [0] });
    addServer(bus, "light sensor", this.sensor);
    addServer(bus, "lamp", this.lamp);
    addServer(bus, "wifi", new WifiServer(this.networks));
    vm.devsSetDeviceId("12abdd2289421234");
    vm.devsStart();
    await bus.connect();
  }

  set lightRaw(lightRaw: number) {
    this.sensor?.reading.setValues([lightRaw / LIGHT_MAX_RAW]);
  }

  get ledOn(): boolean {
    const [brightness] = (this.lamp?.register(LightBulbReg.Brightness).values() ?? [0]) as [number];
    return brightness > 0;
  }

  /** Returns the text of a setting in the board's store; empty if the setting does not exist. */
  async setting(name: string): Promise<string> {
    const [service] = this.bus?.services({ serviceClass: SRV_SETTINGS }) ?? [];
    if (!service) throw new Error("the board has no settings");
    const client = new SettingsClient(service);
    // The client may receive the answer to a question of the program: then it returns undefined.
    const ask = (): Promise<Uint8Array | undefined> => client.getValue(name);
    let value: Uint8Array | undefined;
    await until(`the setting ${name}`, async () => (value = await ask()) !== undefined);
    return new TextDecoder().decode(value);
  }

  async unplug(): Promise<void> {
    this.vm?.devsStop();
    this.vm?.sockClose();
    await this.bus?.stop();
    await this.line.unplug();
  }
}

/**
 * Stands in for the Wi-Fi service, which the virtual machine lacks, because it uses its computer's
 * network.
 */
class WifiServer extends JDServiceServer {
  constructor(networks: Map<string, string>) {
    super(SRV_WIFI);
    this.addCommand(WifiCmd.AddNetwork, (packet) => {
      const [ssid = "", password = ""] = packet.jdunpack<string[]>("z z");
      networks.set(ssid, password);
    });
  }
}

/** Connects the virtual machine, the services on the same board, and the serial line. */
class BoardTransport extends Transport {
  constructor(
    private readonly vm: Vm,
    private readonly toLine: (frame: Uint8Array) => void,
  ) {
    super("board", {});
  }

  receive(frame: Uint8Array): void {
    this.vm.handlePacket(frame);
    this.handleFrame(new Uint8Array(frame));
  }

  protected override transportConnectAsync(): Promise<void> {
    this.vm.sendPacket = (frame) => {
      const copy = new Uint8Array(frame);
      setImmediate(() => {
        this.handleFrame(copy);
        this.toLine(copy);
      });
    };
    return Promise.resolve();
  }

  protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
    this.vm.handlePacket(frame);
    this.toLine(frame);
    return Promise.resolve();
  }

  protected override transportDisconnectAsync(): Promise<void> {
    this.vm.sendPacket = () => undefined;
    return Promise.resolve();
  }
}

import {
  CloudConfiguration,
  delay,
  DeviceScriptManager,
  Register,
  restart,
  Role,
} from "@devicescript/core";
import { hmac } from "@devicescript/crypto";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";
import {
  connectionString,
  gatewayKeyText,
  mismatch,
  Order,
  programName,
  sealedText,
} from "./common/update";
import { parseJsonObject, State } from "./common/wire";
import { board, firmwareVersion } from "./config.gen";

/** Services that each runtime with a network has. The compiler knows them, its declarations don't. */
declare module "@devicescript/core" {
  class CloudConfiguration extends Role {
    constructor(roleName?: string);
    setConnectionString(text: string): Promise<void>;
  }
  class DeviceScriptManager extends Role {
    constructor(roleName?: string);
    readonly programSha256: Register<Buffer>;
  }
}

/** So long the runtime's gateway client may have the socket until a program begins to come, ms. */
const GATEWAY_MS = 60000;

/** What the program does for an order: it lets go of the socket, and has it again. */
export interface Host {
  /** Sends what waits, says good-bye, and disconnects. */
  leave(): Promise<void>;
  comeBack(): void;
  stateChanged(): void;
  identify(): Promise<void>;
  reportNow(): void;
}

/** Orders by the device's own key; a new program above all. docs/updates.md has the protocol. */
export class Updates {
  private readonly cloud = new CloudConfiguration();
  private readonly manager = new DeviceScriptManager();
  private key: string;
  private n = 0;
  private program = "";
  private isTrial = false;
  private takenBack: string;
  private crash: string;
  private refused: string;
  private isBusy = false;

  constructor(
    private readonly id: string,
    private readonly brokerHost: string,
  ) {}

  /** To be called once, after the settings were read: the runtime's services are found by then. */
  async start(): Promise<void> {
    this.key = await readSetting<string>("UPDATE_KEY");
    this.n = await readSetting<number>("UPDATE_N", 0);
    this.isTrial = (await readSetting<number>("TRIAL", 0)) > 0;
    this.takenBack = await readSetting<string>("TAKEN_BACK");
    this.crash = await readSetting<string>("CRASH");
    // If it came over the network, the gateway's client still has an address, and wants the socket.
    if (isThere(this.cloud)) await this.cloud.setConnectionString("");
    if (isThere(this.manager))
      this.program = programName((await this.manager.programSha256.read()).toString("hex"));
  }

  describe(state: State): void {
    if (this.program) state.program = this.program;
    if (board) state.board = board;
    if (this.isTrial) state.trial = true;
    if (this.takenBack) state.taken_back = this.takenBack;
    if (this.crash) state.crash = this.crash;
    if (this.refused) state.refused = this.refused;
  }

  /** To be called when the broker has acknowledged a state. */
  async described(): Promise<void> {
    if (!this.crash) return;
    this.crash = undefined;
    await deleteSetting("CRASH");
  }

  /** To be called when a reading has arrived: the program is well. @returns whether that is news */
  async confirm(): Promise<boolean> {
    if (!this.isTrial) return false;
    this.isTrial = false;
    await deleteSetting("TRIAL");
    console.log("Update confirmed");
    return true;
  }

  /** Does what an order says, or says in log and state why not. */
  async receive(text: string, host: Host): Promise<void> {
    const order = parseJsonObject(text).value as unknown as Order;
    const why = order ? await this.refusal(order) : "not a JSON object";
    if (why) {
      console.log("Order refused: " + why);
      this.refused = `${order ? order.n : 0}: ${why}`;
      host.stateChanged();
      return;
    }
    if (order.do === "update") await this.update(order, host);
    else if (order.do === "identify") await host.identify();
    else if (order.do === "report") host.reportNow();
    else {
      await host.leave();
      restart();
    }
  }

  private async refusal(order: Order): Promise<string> {
    if (!this.key) return "this device has no update key";
    const mac = hmac(this.key, "sha256", sealedText(this.id, order)).toString("hex");
    if (mac !== order.mac) return "sealed with another key, or altered";
    if (order.n <= this.n) return `expected an n above ${this.n}, got ${order.n}`;
    if (this.isBusy) return "an update is under way";
    // Before anything else is done: from here on the same order is void.
    this.n = order.n;
    await writeSetting("UPDATE_N", order.n);
    if (order.do !== "update") return "";
    if (!isThere(this.cloud)) return "this runtime takes no program over the network";
    return mismatch(order, { board: board, fw: firmwareVersion });
  }

  private async update(order: Order, host: Host): Promise<void> {
    this.isBusy = true;
    this.refused = undefined;
    this.takenBack = undefined;
    await deleteSetting("TAKEN_BACK");
    await writeSetting("SIGNATURE", order.signature || "");
    await writeSetting("TRIAL", order.confirm_s);
    console.log(`Update ${order.n}: leaving the broker for the program at ${order.at}`);
    await host.leave();
    const key = hmac(this.key, "sha256", gatewayKeyText(this.id, order.n)).toString("hex");
    await this.cloud.setConnectionString(connectionString(order.at, key, this.brokerHost));
    // The runtime ends this program when the first bytes of the new one come.
    await delay(GATEWAY_MS);
    await this.cloud.setConnectionString("");
    await deleteSetting("TRIAL");
    this.refused = `${order.n}: no program came from ${order.at}`;
    console.log("Update refused: no program came");
    this.isBusy = false;
    host.comeBack();
  }
}

/** Once the settings were read, roles have found what there is. */
function isThere(role: Role): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- a client register knows it only after the next change
  return role.isBound;
}

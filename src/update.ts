import * as core from "@devicescript/core";
import {
  CloudConfiguration,
  delay,
  DeviceScriptManager,
  millis,
  Register,
  restart,
  Role,
} from "@devicescript/core";
import { decrypt, hmac } from "@devicescript/crypto";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";
import { parseBrokerAddress } from "./common/broker-address";
import {
  connectionString,
  gatewayKeyText,
  mismatch,
  NewSettings,
  Order,
  programName,
  resolved,
  sealedText,
  settingsKeyText,
} from "./common/update";
import { parseJsonObject, State } from "./common/wire";
import { board, config, firmwareVersion } from "./config.gen";
import type { MqttClient } from "./mqtt";
import { giveUpNewSettings, keepNewSettings, startAgain, tryNewSettings } from "./new-settings";
import { Patience } from "./patience";

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
/** The same if nobody has asked for it: it dials at once, and again after 32 s at the earliest. */
const TURN_MS = 10000;
/** Out of trial it waits so many times longer for that than in trial. */
const CONFIRMED_TIMES = 30;

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
  /** Where the last order said that the gateway is; empty if there was none. */
  private at = "";
  private isTrial = false;
  /** When a reading first arrived, ms since boot; 0: none has. */
  private heardMs = 0;
  private takenBack: string;
  private crash: string;
  private refused: string;
  private isBusy = false;
  /** Of the order whose settings were kept; 0 for none. */
  private set = 0;
  /** Wi-Fi networks that the runtime keeps; undefined if it can't try one and go back. */
  private networks: number;

  constructor(
    private readonly id: string,
    private readonly brokerHost: string,
    private news: NewSettings | undefined,
  ) {}

  /** To be called once, after the settings were read: the runtime's services are found by then. */
  async start(): Promise<void> {
    this.key = await readSetting<string>("UPDATE_KEY");
    this.n = await readSetting<number>("UPDATE_N", 0);
    this.isTrial = (await readSetting<number>("TRIAL", 0)) > 0;
    this.takenBack = await readSetting<string>("TAKEN_BACK");
    this.crash = await readSetting<string>("CRASH");
    this.networks = await readSetting<number>("NETWORKS");
    // A runtime with two slots takes a bad program back by itself, and no other one unasked.
    if (this.key && (await readSetting<number>("SLOTS", 1)) < 2)
      this.at = await readSetting<string>("GATEWAY", "");
    if (isThere(this.manager))
      this.program = programName((await this.manager.programSha256.read()).toString("hex"));
  }

  /**
   * Keeps the device within reach of the next program, also if this one is a bad release: while it
   * does not get to its broker, or is not confirmed, the runtime's gateway client has a turn with
   * the socket now and then. Runs until power-off, in a fiber of its own.
   *
   * Up to here a program that came over the network has left the client its address: if it ends in
   * a panic before, the runtime goes for another one by itself.
   */
  async connect(mqtt: MqttClient, aloneAfterMs: number): Promise<void> {
    if (this.news) giveUpNewSettings.start(this.news);
    if (!isThere(this.cloud)) return mqtt.start();
    const { at, isTrial, program } = this;
    if (at && isTrial && (await readSetting<string>("TRIED")) === program)
      await this.giveTurn("this program was started in trial before", TURN_MS);
    else await this.cloud.setConnectionString("");
    if (isTrial) await writeSetting("TRIED", program);
    mqtt.start();
    const trialMs = Math.max(aloneAfterMs, TURN_MS);
    const confirmedMs = CONFIRMED_TIMES * trialMs;
    const patience = new Patience(isTrial ? trialMs : confirmedMs, millis());
    while (at) {
      await delay(1000);
      if (this.isBusy || (mqtt.connected && !this.isTrial)) patience.rest(millis(), confirmedMs);
      else if (patience.isOver(millis())) {
        await mqtt.stop();
        await this.giveTurn(this.isTrial ? "not confirmed" : "no broker", TURN_MS);
        mqtt.start();
        patience.waitLonger(millis());
      }
    }
  }

  /** Lets the runtime's gateway client have the socket. It ends the program if another one comes. */
  private async giveTurn(why: string, ms: number): Promise<void> {
    console.log(`Gateway's turn: ${why}`);
    // What a program before had open when it ended in a panic still bars the way (impl_socket.c).
    (core as unknown as Sockets)._socketClose();
    const key = hmac(this.key, "sha256", gatewayKeyText(this.id)).toString("hex");
    await this.cloud.setConnectionString(connectionString(this.at, key));
    await delay(ms);
    await this.cloud.setConnectionString("");
  }

  describe(state: State): void {
    if (this.program) state.program = this.program;
    if (board) state.board = board;
    if (this.isTrial || this.news) state.trial = true;
    if (this.set) state.set = this.set;
    if (this.networks) state.networks = this.networks;
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

  /** To be called when a reading has arrived. @returns whether new settings are kept for that */
  async heard(): Promise<boolean> {
    const { news } = this;
    if (!this.heardMs) this.heardMs = millis();
    if (!news) return false;
    this.news = undefined;
    await keepNewSettings(news);
    this.set = news.n;
    console.log("New settings kept");
    return true;
  }

  /**
   * To be called now and then while there is a connection. A program that ends in a panic as soon as
   * it gets a command, or takes its second reading, must not count: it has to be well for a while.
   * @returns whether the program is confirmed, and was not before
   */
  async confirm(): Promise<boolean> {
    if (!this.isTrial || !this.heardMs) return false;
    if (millis() - this.heardMs < config.confirmAfterMs) return false;
    this.isTrial = false;
    await deleteSetting("TRIAL");
    console.log("Update confirmed");
    return true;
  }

  /** Does what an order says, or says in log and state why not. */
  async receive(text: string, host: Host): Promise<void> {
    const order = parseJsonObject(text).value as unknown as Order;
    const why = order ? await this.refusal(order) : "not a JSON object";
    if (why) return this.refuse(order ? order.n : 0, why, host);
    if (order.do === "update" && programName(order.hash || "") === this.program) {
      // It came for the program by itself while the order was on its way.
      console.log(`Update ${order.n}: it runs this program already`);
      host.stateChanged();
    } else if (order.do === "update") await this.update(order, host);
    else if (order.do === "identify") await host.identify();
    else if (order.do === "report") host.reportNow();
    else if (order.do === "set") await this.tryOut(order, host);
    else {
      await host.leave();
      restart();
    }
  }

  private refuse(n: number, why: string, host: Host): void {
    console.log("Order refused: " + why);
    this.refused = `${n}: ${why}`;
    host.stateChanged();
  }

  /** New settings. They go before the device's own once the program has started again. */
  private async tryOut({ n, set }: Order, host: Host): Promise<void> {
    const text = decrypt({
      algo: "aes-256-ccm",
      key: hmac(this.key, "sha256", settingsKeyText(this.id, n)),
      iv: Buffer.alloc(13),
      tagLength: 4,
      data: Buffer.from(set ?? "", "hex"),
    }).toString("utf-8");
    const settings = parseJsonObject(text).value as unknown as NewSettings;
    const address = parseBrokerAddress(settings.BROKER || "mqtt://unchanged");
    let wrong = "";
    if (typeof address === "string") wrong = address;
    else if (address.scheme.indexOf("ws") === 0) wrong = "expected mqtt:// or mqtts://";
    if (wrong) return this.refuse(n, `BROKER: ${wrong}`, host);
    await tryNewSettings(settings);
    await deleteSetting("TAKEN_BACK");
    console.log("Trying new settings");
    await host.leave();
    await startAgain(settings);
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
    this.at = resolved(order.at, this.brokerHost);
    await writeSetting("GATEWAY", this.at);
    console.log(`Update ${order.n}: leaving the broker for the program at ${order.at}`);
    await host.leave();
    await this.giveTurn("an update", GATEWAY_MS);
    await deleteSetting("TRIAL");
    this.refused = `${order.n}: no program came from ${order.at}`;
    console.log("Update refused: no program came");
    this.isBusy = false;
    host.comeBack();
  }
}

/** The runtime's own functions for its one socket. */
interface Sockets {
  _socketClose(): number;
}

/** Once the settings were read, roles have found what there is. */
function isThere(role: Role): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- a client register knows it only after the next change
  return role.isBound;
}

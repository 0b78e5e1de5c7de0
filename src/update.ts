import * as core from "@devicescript/core";
import {
  CloudConfiguration,
  delay,
  DeviceScriptManager,
  millis,
  restart,
} from "@devicescript/core";
import { decrypt, hmac } from "@devicescript/crypto";
import { deleteSetting, writeSetting } from "@devicescript/settings";
import { parseBrokerAddress } from "./common/broker-address";
import {
  connectionString,
  expandHost,
  gatewayKeyText,
  macText,
  mismatch,
  NewSettings,
  Order,
  programName,
  settingsKeyText,
} from "./common/update";
import { parseJsonObject, State } from "./common/wire";
import { board, config, firmwareVersion } from "./config.gen";
import type { MqttClient } from "./mqtt";
import { keepNewSettings, restartWith, revertSettings, tryNewSettings } from "./new-settings";
import { readSetting } from "./read-setting";
import { RetryTimer } from "./retry-timer";
import { isThere, Sockets } from "./runtime-services";

/**
 * How long the runtime's gateway client may hold the socket until a program begins to arrive, ms.
 */
const GATEWAY_MS = 60000;
/**
 * How long the gateway client may hold the socket without an order, ms: it dials at once, and again
 * after 32 s at the earliest.
 */
const TURN_MS = 10000;
/**
 * Factor by which a confirmed program waits longer for the gateway client's turn than one on trial.
 */
const CONFIRMED_TIMES = 30;

/** The functions of the program that `Updates` calls to carry out an order. */
export interface UpdateHost {
  /** Sends pending readings and the `offline` status, and disconnects. */
  leave(): Promise<void>;
  comeBack(): void;
  stateChanged(): void;
  identify(): Promise<void>;
  reportNow(): void;
}

/**
 * Handles orders sealed with the device's own key, above all new programs. See docs/updates.md for
 * the protocol.
 */
export class Updates {
  private readonly cloud = new CloudConfiguration();
  private readonly manager = new DeviceScriptManager();
  private key: string;
  private n = 0;
  private program = "";
  /** Gateway address of the last order; empty if there was none. */
  private at = "";
  private isTrial = false;
  /** When the first reading was acknowledged, ms since boot; 0 if none was. */
  private heardMs = 0;
  private takenBack: string;
  private crash: string;
  private refused: string;
  private isBusy = false;
  /** `n` of the order whose settings were kept; 0 for none. */
  private set = 0;
  /**
   * Number of Wi-Fi networks that the runtime stores; undefined if it can't try one network and
   * fall back to another.
   */
  private networks: number;

  constructor(
    private readonly id: string,
    private readonly brokerHost: string,
    private news: NewSettings | undefined,
  ) {}

  /** Called once, after the settings were read: by then the runtime's services are bound. */
  async start(): Promise<void> {
    this.key = await readSetting<string>("UPDATE_KEY");
    this.n = await readSetting<number>("UPDATE_N", 0);
    this.isTrial = (await readSetting<number>("TRIAL", 0)) > 0;
    this.takenBack = await readSetting<string>("TAKEN_BACK");
    this.crash = await readSetting<string>("CRASH");
    this.networks = await readSetting<number>("NETWORKS");
    // A runtime with two slots rolls a bad program back by itself, and fetches no other program
    // without an order.
    if (this.key && (await readSetting<number>("SLOTS", 1)) < 2)
      this.at = await readSetting<string>("GATEWAY", "");
    if (isThere(this.manager))
      this.program = programName((await this.manager.programSha256.read()).toString("hex"));
  }

  /**
   * Keeps the device reachable for the next program, even if this one is a bad release: while the
   * program can't reach its broker, or is not confirmed, it yields the socket to the runtime's
   * gateway client from time to time. Runs until power-off, in a fiber of its own.
   *
   * A program that came over the network starts with the gateway address still set. If it panics
   * before this function clears the address, the runtime fetches another program by itself.
   */
  async connect(mqtt: MqttClient, aloneAfterMs: number): Promise<void> {
    if (this.news) revertSettings.start(this.news);
    if (!isThere(this.cloud)) return mqtt.start();
    const { at, isTrial, program } = this;
    if (at && isTrial && (await readSetting<string>("TRIED")) === program)
      await this.giveTurn("this program was started in trial before", TURN_MS);
    else await this.cloud.setConnectionString("");
    if (isTrial) await writeSetting("TRIED", program);
    mqtt.start();
    const trialMs = Math.max(aloneAfterMs, TURN_MS);
    const confirmedMs = CONFIRMED_TIMES * trialMs;
    const retryTimer = new RetryTimer(isTrial ? trialMs : confirmedMs, millis());
    while (at) {
      await delay(1000);
      if (this.isBusy || (mqtt.connected && !this.isTrial)) retryTimer.reset(millis(), confirmedMs);
      else if (retryTimer.isOver(millis())) {
        await mqtt.stop();
        await this.giveTurn(this.isTrial ? "not confirmed" : "no broker", TURN_MS);
        mqtt.start();
        retryTimer.waitLonger(millis());
      }
    }
  }

  /**
   * Yields the socket to the runtime's gateway client, which ends the program if another one
   * arrives.
   */
  private async giveTurn(why: string, ms: number): Promise<void> {
    console.log(`Letting the gateway client connect: ${why}`);
    // A socket that an earlier program left open when it panicked still blocks the only slot
    // (impl_socket.c).
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

  /** Called when the broker has acknowledged a state. */
  async described(): Promise<void> {
    if (!this.crash) return;
    this.crash = undefined;
    await deleteSetting("CRASH");
  }

  /**
   * Called when a reading was acknowledged. @returns whether this made the device keep new settings
   */
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
   * Called repeatedly while there is a connection. A program that panics on its first command or
   * its second reading must not be confirmed, so it has to run for a while first.
   * @returns whether the program has been confirmed by this call
   */
  async confirm(): Promise<boolean> {
    if (!this.isTrial || !this.heardMs) return false;
    if (millis() - this.heardMs < config.confirmAfterMs) return false;
    this.isTrial = false;
    await deleteSetting("TRIAL");
    console.log("Update confirmed");
    return true;
  }

  /** Carries out an order, or reports in log and state why it was refused. */
  async receive(text: string, host: UpdateHost): Promise<void> {
    const order = parseJsonObject(text).value as unknown as Order;
    const why = order ? await this.refusal(order) : "not a JSON object";
    if (why) return this.refuse(order ? order.n : 0, why, host);
    if (order.do === "update" && programName(order.hash || "") === this.program) {
      // The device fetched the program by itself while the order was in flight.
      console.log(`Update ${order.n}: this program is running already`);
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

  private refuse(n: number, why: string, host: UpdateHost): void {
    console.log("Order refused: " + why);
    this.refused = `${n}: ${why}`;
    host.stateChanged();
  }

  /** Starts a trial of new settings, which override the device's own from the next start. */
  private async tryOut({ n, set }: Order, host: UpdateHost): Promise<void> {
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
    await restartWith(settings);
  }

  private async refusal(order: Order): Promise<string> {
    if (!this.key) return "this device has no update key";
    const mac = hmac(this.key, "sha256", macText(this.id, order)).toString("hex");
    if (mac !== order.mac) return "sealed with another key, or altered";
    if (order.n <= this.n) return `expected an n above ${this.n}, got ${order.n}`;
    if (this.isBusy) return "an update is under way";
    // Stored before the order is carried out: a duplicate of it is refused afterwards.
    this.n = order.n;
    await writeSetting("UPDATE_N", order.n);
    if (order.do !== "update") return "";
    if (!isThere(this.cloud)) return "this runtime cannot receive programs over the network";
    return mismatch(order, { board: board, fw: firmwareVersion });
  }

  private async update(order: Order, host: UpdateHost): Promise<void> {
    this.isBusy = true;
    this.refused = undefined;
    this.takenBack = undefined;
    await deleteSetting("TAKEN_BACK");
    await writeSetting("SIGNATURE", order.signature || "");
    await writeSetting("TRIAL", order.confirm_s);
    this.at = expandHost(order.at, this.brokerHost);
    await writeSetting("GATEWAY", this.at);
    console.log(`Update ${order.n}: leaving the broker for the program at ${order.at}`);
    await host.leave();
    await this.giveTurn("an update", GATEWAY_MS);
    await deleteSetting("TRIAL");
    this.refused = `${order.n}: no program arrived from ${order.at}`;
    console.log("Update failed: no program arrived");
    this.isBusy = false;
    host.comeBack();
  }
}

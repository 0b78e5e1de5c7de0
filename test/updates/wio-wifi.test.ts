import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { HOME } from "../../boards/wio-terminal/emulator/nightlight-board";
import { sealedSettings } from "../../server/updates/new-settings";
import { sealOrder } from "../../server/updates/seal";
import { until } from "../support/until";
import { WioWithServer } from "../support/wio-with-server";

const ID = "chip-5";
const SHED = { ssid: "shed", password: 'with "quotes" and \\' };
const OPEN = { ssid: "open" };
const NOWHERE = { ssid: "nowhere", password: "12345678", hasNoRoute: true };
/** The runtime logs this line at a start in which it tries another network. */
const TRYING = "wifi: trying another network";
const TAKEN_BACK = "New settings taken back";
/** Number of power cuts. NIGHTLIGHT_CHIP_CUTS=N makes N cuts, at successive flash writes. */
const CUTS = Number(process.env["NIGHTLIGHT_CHIP_CUTS"] ?? 5);

type Network = typeof SHED | typeof OPEN;

/** Runs the server, the emulated board with its model of the coprocessor, and four networks. */
describe("the Wi-Fi of an emulated Wio Terminal, changed over the network", () => {
  let wio: WioWithServer;
  /**
   * Number of the order that the test itself sends. It comes from the clock, like the server's
   * numbers, so either side may send the next order.
   */
  let n = 0;

  beforeAll(async () => {
    wio = await WioWithServer.start(ID, await compileFirmware(), { speed: Infinity });
    wio.board.wio.coprocessor.station.networks.push(SHED, OPEN, NOWHERE);
    await wio.board.untilLogged("Reading acknowledged");
  });
  afterAll(async () => await wio.stop());

  const wanted = () => wio.board.wio.coprocessor.station.wanted;
  const lines = () => wio.board.wio.log.length;

  async function askServer(ssid: string, password: string): Promise<number> {
    const url = `${wio.nightlight.url}/api/devices/${ID}/orders`;
    const body = JSON.stringify({ do: "set", set: { WIFI_SSID: ssid, WIFI_PWD: password } });
    let answer: { n?: number } = {};
    // The server may not know yet that a device which has just returned is online.
    await until("the server takes the order", async () => {
      const response = await fetch(url, { method: "POST", body });
      answer = (await response.json()) as { n?: number };
      return response.status === 202;
    });
    return answer.n ?? 0;
  }

  async function change({ ssid, ...rest }: Network): Promise<number> {
    return await askServer(ssid, "password" in rest ? rest.password : "");
  }

  it("is kept once a reading has arrived from there, and survives a power cut", async () => {
    for (const network of [OPEN, SHED]) {
      const from = lines();
      const order = await change(network);
      await wio.board.untilLogged("New settings kept", from);
      await wio.witness.untilSeen(`${ID}/state`, new RegExp(`"set":${order},"networks":2`));
      const joins = () => wio.board.wio.log.slice(from).filter((line) => /: connected/.test(line));
      // The board is in the new network already when it keeps the settings, so it does not join
      // again.
      expect(joins()).toHaveLength(1);
      wio.board.wio.cyclePower();
      await wio.board.untilLogged("Reading acknowledged", lines());
      expect(wanted()).toEqual(network);
    }
    expect(JSON.stringify(wio.witness.seen)).not.toContain("crash");
    // Passwords must never appear on the serial line or in the server's log.
    expect(wio.board.wio.log.join("\n")).not.toContain("quotes");
    expect(wio.nightlight.log.join("\n")).not.toMatch(/quotes|shed/);
    expect(JSON.stringify(wio.witness.seen)).not.toMatch(/quotes|shed/);
  });

  async function order(ssid: string, password: string, s: number): Promise<void> {
    const key = wio.key;
    n = Math.max(n + 1, Math.floor(Date.now() / 1000));
    const settings = { n, s, WIFI_SSID: ssid, WIFI_PWD: password };
    const text = sealOrder(key, ID, { n, do: "set", set: sealedSettings(key, ID, settings) });
    await wio.witness.publish(`${ID}/update`, JSON.stringify(text));
  }

  const NO_READING = "settings: no reading arrived in";
  const NOT_JOINED = "join failed: network not found or wrong password";

  /**
   * Waits until the board, back in its old network, reports the reason. It can't report the reason
   * earlier.
   */
  async function saysWhy(why: string): Promise<void> {
    const from = lines();
    const state = new RegExp(`"taken_back":"${NO_READING} ${why}"`);
    await wio.witness.untilSeen(`${ID}/state`, state, wio.witness.seen.length);
    await wio.board.untilLogged("Reading acknowledged", from);
    expect(wanted()).toEqual(SHED);
  }

  it.each([
    ["a wrong password", HOME.ssid, "good morning", `10 s: ${NOT_JOINED}`],
    ["a network that isn't there", "a neighbour's", "12345678", `10 s: ${NOT_JOINED}`],
    ["a network without a broker behind it", NOWHERE.ssid, NOWHERE.password, "10 s"],
  ])("is taken back for %s, with the reason", async (_, ssid, password, why) => {
    const from = lines();
    await order(ssid, password, 10);
    await wio.board.untilLogged(TRYING, from);
    await until("it tries that network", () => wanted()?.ssid === ssid);
    await wio.board.untilLogged(TAKEN_BACK, from);
    await saysWhy(why);
  });

  it("is taken back if each start ends early", async () => {
    const from = lines();
    await order("a neighbour's", "12345678", 16);
    const isBack = () => wio.board.wio.log.slice(from).some((line) => line.includes(TAKEN_BACK));
    let cuts = 0;
    for (let at = from; !isBack(); at = lines(), cuts++) {
      await wio.board.untilLogged("Connecting to mqtt", at);
      const { clock } = wio.board.chip;
      let isCut = false;
      clock.at(clock.nowMicros + 1_500_000, () => {
        isCut = true;
        if (!isBack()) wio.board.wio.cyclePower();
      });
      await wio.board.until("the power is cut", () => isCut);
    }
    // The power is cut during the trials of 16, 8, 4 and 2 s. The fifth trial, of 1 s, ends before
    // its cut.
    expect(cuts).toBe(5);
    await saysWhy("1 s.*");
  });

  it("leaves the old network or the new one after a power cut at any time", async () => {
    const { nvm, clock } = wio.board.chip;
    const outcomes: string[] = [];
    let [old, next]: [Network, Network] = [SHED, OPEN];
    const move = async (cutAt: number): Promise<number> => {
      let writes = 0;
      let isCut = false;
      const [from, seen] = [lines(), wio.witness.seen.length];
      nvm.onWork = (micros) => {
        if (++writes !== cutAt) return;
        isCut = true;
        clock.at(clock.nowMicros + micros * Math.random(), () => wio.board.wio.cyclePower());
      };
      await change(next);
      await wio.board.until(
        "it is cut, or over",
        () => isCut || wio.board.wio.log.slice(from).some((line) => line.includes("kept")),
      );
      const isSettled = () =>
        wio.witness.seen
          .slice(seen)
          .some(
            ({ topic, payload }) =>
              topic === `${ID}/state` && /^(?!.*"trial").*"networks":2/.test(payload),
          );
      await wio.board.until("its state after the trial", isSettled);
      nvm.onWork = () => undefined;
      const isNew = wanted()?.ssid === next.ssid;
      expect(wanted()).toEqual(isNew ? next : old);
      outcomes.push(`write ${cutAt}: ${isNew ? "new" : "old"}`);
      if (isNew) [old, next] = [next, old];
      return writes;
    };
    const writes = await move(Infinity);
    for (let cut = 0; cut < CUTS; cut++)
      await move(1 + Math.floor(((cut + Math.random()) * writes) / CUTS));
    expect(outcomes.join("\n")).toMatch(/old/);
  });
});

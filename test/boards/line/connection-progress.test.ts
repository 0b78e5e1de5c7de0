import { describe, expect, it } from "vitest";
import { ConnectionProgress, type ProgressStep } from "../../../boards/line/connection-progress";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";

const WIFI_UP = `${RUNTIME_LINES.wifiUp}address 192.168.1.7`;
const CONNECTING = `> ${PROGRAM_LINES.connecting}mqtt://192.168.1.20:1883 as desk-1nightlight_client`;
const CONNECTED = `> ${PROGRAM_LINES.connected}`;
const SENDING = `> ${PROGRAM_LINES.sending}{"light":652}`;

function follow(...lines: string[]) {
  const steps: ProgressStep[] = [];
  const progress = new ConnectionProgress((step) => steps.push(step));
  for (const line of lines) progress.heard(line);
  return { progress, texts: steps.map(({ text }) => text), steps };
}

describe("the progress of a board to its broker", () => {
  it("reports each step once, in order", () => {
    const { texts, steps, progress } = follow(
      ...["mgr: start", WIFI_UP, CONNECTING, CONNECTED, SENDING, SENDING],
      `> ${PROGRAM_LINES.acknowledged}`,
    );
    expect(texts).toEqual([
      "Wi-Fi: joined, address 192.168.1.7.",
      "Broker: connecting to 192.168.1.20, port 1883, as desk-1.",
      "Broker: reached; it lets the board in.",
      "First reading: sent.",
      "First reading: acknowledged by the broker.",
    ]);
    expect(steps.some(({ isTrouble }) => isTrouble)).toBe(false);
    expect(progress.isDone).toBe(true);
  });

  it("names the board by its id, whatever the prefix of its topics is", () => {
    const { texts } = follow(WIFI_UP, CONNECTING.replace("desk-1", "our/house/desk-1"));
    expect(texts.at(-1)).toBe("Broker: connecting to 192.168.1.20, port 1883, as desk-1.");
    const { texts: others } = follow(WIFI_UP, CONNECTING.replace("desk-1", "as good as new"));
    expect(others.at(-1)).toMatch(/, as as good as new\.$/);
  });

  it("ends with the server's answer, if that arrives first", () => {
    const { progress, texts } = follow(SENDING, `> ${PROGRAM_LINES.received}{"led_on":true}`);
    expect(progress.isDone).toBe(true);
    expect(texts.at(-1)).toBe("First reading: answered by the server.");
  });

  it("ends with a sent reading at QoS 0, because no broker acknowledges it", () => {
    const { progress, texts } = follow(CONNECTED, SENDING, `> ${PROGRAM_LINES.unacknowledged}`);
    expect(progress.isDone).toBe(true);
    expect(texts.at(-1)).toBe("First reading: the board sends without an acknowledgement (QoS 0).");
  });

  it("continues after a passing error", () => {
    const failed = `${RUNTIME_LINES.wifi}${RUNTIME_LINES.joinFailed}: network not found or wrong password${RUNTIME_LINES.retrying}1000 ms`;
    const { progress, steps } = follow(failed, failed, WIFI_UP, failed, failed);
    expect(progress.isStuck).toBe(false);
    expect(steps.map(({ isTrouble }) => isTrouble)).toEqual([true, false]);
    progress.heard(failed);
    expect(progress.isStuck).toBe(true);
    expect(progress.missing).toMatch(/^Wi-Fi: the network was not found, or its password is wrong/);
  });

  it.each([
    [RUNTIME_LINES.hostNotFound, /found no computer with the name 192.168.1.20/],
    [
      RUNTIME_LINES.connectionRefused,
      /no server listens on port 1883.*npm start -- --listen 0.0.0.0$/,
    ],
    [RUNTIME_LINES.connectionTimedOut, /192.168.1.20 does not answer.*firewall/],
    [RUNTIME_LINES.hostSilent, /192.168.1.20 does not answer.*firewall/],
    [RUNTIME_LINES.hostUnreachable, /192.168.1.20 does not answer.*firewall/],
  ])("says what to do about %s", (said, words) => {
    const line = RUNTIME_LINES.socket + said;
    const { progress, texts } = follow(CONNECTING, line, line, line);
    expect(progress.isStuck).toBe(true);
    expect(texts.at(-1)).toMatch(words);
    expect(progress.missing).toBe(texts.at(-1));
  });

  it.each([
    ["bad user name or password", /refuses the user or the password/],
    ["not authorized", /does not let desk-1 in/],
    ["identifier rejected", /does not accept the id desk-1/],
  ])("ends immediately after a refusal: %s", (reason, words) => {
    const { progress } = follow(CONNECTING, `> ${PROGRAM_LINES.mqtt}refused: ${reason}`);
    expect(progress.isStuck).toBe(true);
    expect(progress.missing).toMatch(words);
  });

  it("names the missing step when the time is over", () => {
    expect(follow().progress.missing).toBe("The board has logged nothing about Wi-Fi or a broker.");
    expect(follow(WIFI_UP).progress.missing).toMatch(/got no further/);
    expect(follow(WIFI_UP, SENDING).progress.missing).toMatch(/acknowledged none/);
    const { progress } = follow(`${RUNTIME_LINES.wifiOff}, no WIFI_SSID in the settings`);
    expect(progress.isStuck).toBe(true);
  });

  it("starts with the network that the board has already joined", () => {
    const { progress, steps } = follow();
    progress.wifi("home", "192.168.1.7");
    expect(steps).toEqual([{ text: "Wi-Fi: in home, address 192.168.1.7.", isTrouble: false }]);
  });
});

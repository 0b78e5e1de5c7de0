/**
 * Derives a board's progress from its log lines, as a text for each step: Wi-Fi, address, broker,
 * first reading. Pure.
 */
import { parseBrokerAddress } from "../../src/common/broker-address";
import { deviceClientId } from "../../src/common/wire";
import { PROGRAM_LINES, RUNTIME_LINES } from "../log-lines";

/** A completed step, or a failed step and its remedy. */
export interface ProgressStep {
  text: string;
  isTrouble: boolean;
}

/** After this many identical problems in a row, the problem counts as permanent. */
const GIVE_UP_AFTER = 3;
const CLIENT_ID_SUFFIX = deviceClientId("");

/** Problems of Wi-Fi: a part of the board's log line, then the cause and the remedy. */
const WIFI_TROUBLES: readonly (readonly [said: string, words: string])[] = [
  [
    RUNTIME_LINES.joinFailed,
    "the network was not found, or its password is wrong. Check both, also the capital letters of the name. If the router has separate names for 2.4 and 5 GHz, try the other name.",
  ],
  [
    RUNTIME_LINES.noDhcpAddress,
    "joined, but the router gave the board no address (DHCP). Restart the router, or check whether it has free addresses.",
  ],
  [
    RUNTIME_LINES.firmwareTooOld,
    "the firmware of the board's Wi-Fi chip is too old. Update it: wiki.seeedstudio.com, Wio Terminal, Network Overview.",
  ],
  [
    RUNTIME_LINES.coprocessorSilent,
    "the board's Wi-Fi chip does not respond. Switch the board off and on.",
  ],
  [RUNTIME_LINES.networkLost, "the network was lost. Move the board closer to the router."],
  [
    RUNTIME_LINES.nothingReachable,
    "joined, but no host can be reached. A guest network may isolate its devices: use another network.",
  ],
];

function silent({ host, port }: Target): string {
  return `${host} does not answer. Check the address, that ${host} is in the same network, and that its firewall allows port ${port}.`;
}

const SOCKET_TROUBLES: readonly (readonly [said: string, words: (at: Target) => string])[] = [
  [
    RUNTIME_LINES.hostNotFound,
    ({ host }) =>
      `found no computer with the name ${host}. Check the name, or use the computer's address, such as 192.168.1.20.`,
  ],
  [
    RUNTIME_LINES.connectionRefused,
    ({ host, port }) =>
      `${host} answers, but no server listens on port ${port}. Start the server so that boards can reach it: npm start -- --listen 0.0.0.0`,
  ],
  [RUNTIME_LINES.connectionTimedOut, silent],
  [RUNTIME_LINES.hostSilent, silent],
  [RUNTIME_LINES.hostUnreachable, silent],
];

const REFUSALS: readonly (readonly [said: string, words: (at: Target) => string])[] = [
  [
    "bad user name or password",
    () =>
      "the broker refuses the user or the password. Set both again. npm run user -- list shows the user names.",
  ],
  [
    "not authorized",
    ({ id }) =>
      `the broker does not let ${id} in. With the embedded broker, the user name must be the id.`,
  ],
  [
    "identifier rejected",
    ({ id }) => `the broker does not accept the id ${id}. Choose another id.`,
  ],
];

interface Target {
  host: string;
  port: number;
  id: string;
}

/** The target for messages until the program has logged its broker. */
const UNKNOWN: Target = { host: "the broker", port: 1883, id: "the board" };

export class ConnectionProgress {
  /**
   * Set when the broker has acknowledged a reading, when it need not (QoS 0), or when the server
   * has answered.
   */
  isDone = false;
  private isSent = false;
  private isInWifi = false;
  private target: Target | undefined;
  private trouble = "";
  private times = 0;
  private readonly told = new Set<string>();

  /** @param onStep called once for each step */
  constructor(private readonly onStep: (step: ProgressStep) => void) {}

  /** Whether only the user can solve the problem. */
  get isStuck(): boolean {
    return this.times >= GIVE_UP_AFTER;
  }

  /** The missing step, for the message after the timeout. */
  get missing(): string {
    if (this.trouble !== "") return this.trouble;
    if (this.isSent) return "Readings are sent, but the broker has acknowledged none.";
    if (this.told.size === 0) return "The board has logged nothing about Wi-Fi or a broker.";
    return "The board got no further in this time.";
  }

  /** Call if the board is already in a network at the start. */
  wifi(name: string, address: string): void {
    this.inWifi(`Wi-Fi: in ${name}, address ${address}.`);
  }

  /** Call with each line that the board logs. */
  heard(line: string): void {
    if (this.isDone) return;
    if (line.startsWith(RUNTIME_LINES.wifiUp)) {
      const address = line.slice(line.lastIndexOf(" ") + 1);
      this.inWifi(`Wi-Fi: joined, address ${address}.`);
    } else if (line.startsWith(RUNTIME_LINES.wifiOff)) {
      this.failed("Wi-Fi: the board has no network. Set its name and password.", GIVE_UP_AFTER);
    } else if (line.startsWith(RUNTIME_LINES.wifi)) {
      this.troubled("Wi-Fi: ", WIFI_TROUBLES.find(([said]) => line.includes(said))?.[1]);
    } else if (line.startsWith(RUNTIME_LINES.socket)) {
      const found = SOCKET_TROUBLES.find(([said]) => line.includes(said));
      this.troubled("Broker: ", found?.[1](this.target ?? UNKNOWN));
    } else if (line.startsWith("> ")) {
      this.program(line.slice(2));
    }
  }

  private program(line: string): void {
    if (line.startsWith(PROGRAM_LINES.connecting)) {
      this.target = targetOf(line.slice(PROGRAM_LINES.connecting.length));
      if (this.isInWifi) this.connecting();
    } else if (line.startsWith(PROGRAM_LINES.mqtt)) {
      // The program retries only after minutes, with the same user and id, so this counts as stuck.
      const found = REFUSALS.find(([said]) => line.includes(said));
      if (found) this.failed(`Broker: ${found[1](this.target ?? UNKNOWN)}`, GIVE_UP_AFTER);
    } else if (line === PROGRAM_LINES.connected) {
      this.done("Broker: reached; it lets the board in.");
    } else if (line.startsWith(PROGRAM_LINES.sending)) {
      this.isSent = true;
      this.done("First reading: sent.");
    } else if (line === PROGRAM_LINES.acknowledged) {
      this.done("First reading: acknowledged by the broker.");
      this.isDone = true;
    } else if (line === PROGRAM_LINES.unacknowledged) {
      this.done("First reading: the board sends without an acknowledgement (QoS 0).");
      this.isDone = true;
    } else if (line.startsWith(PROGRAM_LINES.received)) {
      this.done("First reading: answered by the server.");
      this.isDone = true;
    }
  }

  private inWifi(text: string): void {
    this.isInWifi = true;
    this.done(text);
    if (this.target) this.connecting();
  }

  /** Called when the board is in a network and the target is known, in either order. */
  private connecting(): void {
    const { host, port, id } = this.target ?? UNKNOWN;
    this.done(`Broker: connecting to ${host}, port ${port}, as ${id}.`);
  }

  private done(text: string): void {
    this.trouble = "";
    this.times = 0;
    this.tell({ text, isTrouble: false });
  }

  /** Reports a known problem. An unknown problem may pass by itself, so it is not reported. */
  private troubled(about: string, words: string | undefined): void {
    if (words !== undefined) this.failed(about + words, 1);
  }

  private failed(text: string, times: number): void {
    this.times = text === this.trouble ? this.times + times : times;
    this.trouble = text;
    this.tell({ text, isTrouble: true });
  }

  private tell(step: ProgressStep): void {
    if (this.told.has(step.text)) return;
    this.told.add(step.text);
    this.onStep(step);
  }
}

/** Parses `mqtt://192.168.1.20:1883 as desk-1nightlight_client`; the id may have a topic prefix. */
function targetOf(text: string): Target {
  const [, url = text, client = ""] = /^(\S*) as (.*)$/.exec(text) ?? [];
  const address = parseBrokerAddress(url);
  const name = client.replace(/^.*\//, "");
  const id = name.endsWith(CLIENT_ID_SUFFIX) ? name.slice(0, -CLIENT_ID_SUFFIX.length) : name;
  if (typeof address === "string") return { host: url, port: 0, id };
  return { host: address.host, port: address.port, id };
}

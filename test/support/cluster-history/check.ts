/**
 * How a device reports. `counting`: reports `led_on`, `seq` and `boot`, as the nightlight's
 * firmware does. `lesson`: reports only the light.
 */
export type Kind = "counting" | "lesson";

/** Events at the devices, and messages at the servers, in order of time. */
export type FleetEvent = { atMs?: number } & (Happened | Passed);

type Happened =
  /**
   * A reading is about to be sent. A lesson device does not send `seq`, so that field is only for
   * the history.
   */
  | { type: "reading"; device: string; seq: number; wanted: boolean; ledOn: boolean }
  | { type: "acknowledged"; device: string; seq: number }
  /** `again`: the broker marked the message as a possible repetition. */
  | { type: "command"; device: string; ledOn: boolean; seq?: number; again?: boolean }
  /**
   * A server, a node or a connection fails. Afterwards, the answer to a newer reading may replace
   * an older answer.
   */
  | { type: "fault"; text: string };

/**
 * An event at the connection between a server and its broker. `by` names the server and its
 * connection.
 */
export type Passed = { by: string } & (
  | { type: "delivered"; device: string; light: number; seq?: number; again: boolean }
  | { type: "sent"; device: string; ledOn: boolean; seq?: number; again: boolean }
  /** The server now decides other shards, because it gave way or took over. */
  | { type: "decides"; shards: string }
);

/** Maximum number of lines in the excerpt of a violation. */
const EXCERPT_LINES = 120;

export type FleetRule = "stale" | "undecided" | "wrong" | "invented";

export interface FleetViolation {
  rule: FleetRule;
  device: string;
  text: string;
  /** Positions of the events in the history that show the violation. */
  at: number[];
}

interface Reading {
  at: number;
  seq: number;
  wanted: boolean;
  /** Whether the LED was on. If it was already as wanted, a counting device gets no command. */
  ledOn: boolean;
  acknowledged: boolean;
}

interface Command {
  at: number;
  ledOn: boolean;
  seq: number | undefined;
}

/** One device's part of a history. */
interface Life {
  device: string;
  kind: Kind;
  readings: Reading[];
  commands: Command[];
}

/**
 * Checks the commands that devices received against the servers' guarantees. Every acknowledged
 * reading is decided; while something fails or shards change their owner, a newer reading may
 * replace it. Each device ends with the right LED. No device receives a decision on an older
 * reading after a decision on a newer one. The history must end with no messages in flight.
 */
export function checkFleet(
  history: readonly FleetEvent[],
  kinds: ReadonlyMap<string, Kind>,
): FleetViolation[] {
  const fault = history.findIndex(({ type }) => type === "fault" || type === "decides");
  const faultAt = fault < 0 ? Infinity : fault;
  return [...kinds].flatMap(([device, kind]) => {
    const life = lifeOf(history, device, kind);
    return [
      ...(kind === "counting" ? checkCounting(life) : checkLesson(life)),
      ...checkEnd(life, history.length - 1),
      ...checkDecided(life, faultAt),
    ];
  });
}

/**
 * Describes a violation: the events at its device around that time, the messages of each server,
 * and the faults.
 */
export function fleetExcerpt(
  history: readonly FleetEvent[],
  { rule, device, text, at }: FleetViolation,
): string {
  const from = Math.min(...at);
  const to = Math.max(...at);
  const lines = history.flatMap((event, place) => {
    const isNear = place >= from && place <= to;
    const concerns = "device" in event ? event.device === device : true;
    return isNear && concerns ? [`  ${lineOf(event)}`] : [];
  });
  const half = EXCERPT_LINES / 2;
  const shown =
    lines.length > EXCERPT_LINES ? [...lines.slice(0, half), "  …", ...lines.slice(-half)] : lines;
  return [`${rule}: ${device}: ${text}`, ...comparison(history, history[to]), ...shown].join("\n");
}

/**
 * Compares how often a command was received and sent. If it was received more often, the broker
 * repeated it, not a server.
 */
function comparison(history: readonly FleetEvent[], last: FleetEvent | undefined): string[] {
  if (last?.type !== "command") return [];
  const count = (type: "sent" | "command") =>
    history.filter(
      (event) =>
        event.type === type &&
        event.device === last.device &&
        event.ledOn === last.ledOn &&
        event.seq === last.seq,
    ).length;
  return [`  ${answer(last)}: sent ${count("sent")} times, heard ${count("command")} times`];
}

function lineOf(event: FleetEvent): string {
  return `${((event.atMs ?? 0) / 1000).toFixed(3)} ${wordsOf(event)}`;
}

function wordsOf(event: FleetEvent): string {
  switch (event.type) {
    case "fault":
      return event.text;
    case "reading":
      return `reading ${event.seq}, wants ${event.wanted}, says ${event.ledOn}`;
    case "acknowledged":
      return `reading ${event.seq} is acknowledged`;
    case "command":
      return `heard ${answer(event)}`;
    case "delivered":
      return `${event.by} is given reading ${event.seq ?? `of ${event.light}`}${again(event)}`;
    case "sent":
      return `${event.by} sends ${answer(event)}`;
    case "decides":
      return `${event.by} says that it decides shard ${event.shards || "none"}`;
  }
}

function answer(event: { ledOn: boolean; seq?: number; again?: boolean }): string {
  return `${event.ledOn} for ${event.seq ?? "what holds"}${again(event)}`;
}

function again(event: { again?: boolean }): string {
  return event.again ? ", again" : "";
}

function lifeOf(history: readonly FleetEvent[], device: string, kind: Kind): Life {
  const life: Life = { device, kind, readings: [], commands: [] };
  for (const [at, event] of history.entries()) {
    if (!("device" in event) || event.device !== device) continue;
    if (event.type === "reading") life.readings.push({ ...event, at, acknowledged: false });
    else if (event.type === "acknowledged") {
      const reading = life.readings.find(({ seq }) => seq === event.seq);
      if (reading) reading.acknowledged = true;
    } else if (event.type === "command" && !event.again)
      life.commands.push({ at, ledOn: event.ledOn, seq: event.seq });
  }
  return life;
}

/**
 * Checks the commands to a counting device. A command with `seq` names the reading that it answers.
 * A command without `seq` only states what should hold, so it is not checked.
 */
function checkCounting({ device, readings, commands }: Life): FleetViolation[] {
  let newest: Command | undefined;
  const first = readings[0]?.seq ?? Infinity;
  return commands.flatMap((command): FleetViolation[] => {
    const { at, seq, ledOn } = command;
    // A repeated command is harmless if it answers a reading from before this history, and no other
    // answer has come since.
    if (seq === undefined || (seq < first && !newest)) return [];
    const reading = readings.find((one) => one.seq === seq && one.at < at);
    if (!reading)
      return [
        { rule: "invented", device, text: `an answer to ${seq}, which was not sent`, at: [at] },
      ];
    if (reading.wanted !== ledOn)
      return [
        {
          rule: "wrong",
          device,
          text: `reading ${seq} wants ${reading.wanted}`,
          at: [reading.at, at],
        },
      ];
    if (newest?.seq !== undefined && seq < newest.seq)
      return [
        {
          rule: "stale",
          device,
          text: `an answer to ${seq} after one to ${newest.seq}`,
          at: [reading.at, newest.at, at],
        },
      ];
    newest = command;
    return [];
  });
}

/**
 * Checks the commands to a lesson device, which say only on or off. Each command has to fit a sent
 * reading that is not older than the earliest reading that fits the previous command. An answer may
 * arrive twice.
 */
function checkLesson({ device, readings, commands }: Life): FleetViolation[] {
  let oldest = 0;
  let before: Command | undefined;
  return commands.flatMap((command): FleetViolation[] => {
    const { at, ledOn } = command;
    const fits = readings.findIndex((one, i) => i >= oldest && one.wanted === ledOn && one.at < at);
    if (fits >= 0) {
      oldest = fits;
      before = command;
      return [];
    }
    const isOlder = readings.some((one) => one.wanted === ledOn && one.at < at);
    const from = readings[oldest]?.at ?? at;
    return [
      isOlder
        ? {
            rule: "stale",
            device,
            text: `${ledOn}, which only older readings want`,
            at: [from, before?.at ?? at, at],
          }
        : { rule: "invented", device, text: `${ledOn}, which no reading wants`, at: [at] },
    ];
  });
}

/**
 * Checks that the LED is right at the end.
 * @param endAt end of the history. Events after the last reading show why the LED is wrong
 */
function checkEnd({ device, readings, commands }: Life, endAt: number): FleetViolation[] {
  const last = readings.findLast(({ acknowledged }) => acknowledged);
  if (!last) return [];
  const ledOn = commands.at(-1)?.ledOn ?? readings[0]?.ledOn;
  return ledOn === last.wanted
    ? []
    : [
        {
          rule: "wrong",
          device,
          text: `its LED ends ${String(ledOn)}, and reading ${last.seq} wants ${last.wanted}`,
          at: [last.at, commands.at(-1)?.at ?? last.at, endAt],
        },
      ];
}

/**
 * Checks that readings are decided. While nothing fails, a counting device gets an answer to each
 * reading that asks for a change, and a lesson device to every reading. Answers to a lesson device
 * can't be told apart, so they are counted, and only in a history without faults.
 */
function checkDecided(life: Life, faultAt: number): FleetViolation[] {
  const { device, kind, readings, commands } = life;
  if (kind === "lesson") {
    const acknowledged = readings.filter((reading) => reading.acknowledged);
    if (faultAt < Infinity || commands.length >= acknowledged.length) return [];
    const text = `${acknowledged.length} readings, and ${commands.length} answers`;
    return [{ rule: "undecided", device, text, at: acknowledged.map(({ at }) => at) }];
  }
  return readings.flatMap((reading): FleetViolation[] => {
    const { at, seq, wanted, ledOn } = reading;
    if (!reading.acknowledged || wanted === ledOn) return [];
    if (commands.some((command) => command.seq === seq)) return [];
    // Answers come in order, so an answer to a newer reading shows that this reading was passed
    // over.
    const newer = commands.find((command) => command.seq !== undefined && command.seq > seq);
    if (!newer || newer.at > faultAt) return [];
    const text = `reading ${seq} was passed over, though nothing failed and nobody took over`;
    return [{ rule: "undecided", device, text, at: [at, newer.at] }];
  });
}

/** `counting`: reports `led_on`, `seq` and `boot`, as our firmware does; `lesson`: light alone. */
export type Kind = "counting" | "lesson";

/** What devices did and heard, and what passed at servers, in the order of time. */
export type FleetEvent = { atMs?: number } & (Happened | Passed);

type Happened =
  /** The reading is about to be sent; `seq` is told to nobody by a lesson device. */
  | { type: "reading"; device: string; seq: number; wanted: boolean; ledOn: boolean }
  | { type: "acknowledged"; device: string; seq: number }
  /** `again`: the broker says that it may have come before. */
  | { type: "command"; device: string; ledOn: boolean; seq?: number; again?: boolean }
  /** A server, a node or a connection fails: from now on an answer may be passed over for a newer. */
  | { type: "fault"; text: string };

/** What passed between a server and its broker; `by` is the server, and which of its connections. */
export type Passed = { by: string } & (
  | { type: "delivered"; device: string; light: number; seq?: number; again: boolean }
  | { type: "sent"; device: string; ledOn: boolean; seq?: number; again: boolean }
  /** Which shards a server decides, when that changes: it gives way, or takes over. */
  | { type: "decides"; shards: string }
);

/** Of one violation. */
const EXCERPT_LINES = 120;

export type FleetRule = "stale" | "undecided" | "wrong" | "invented";

export interface FleetViolation {
  rule: FleetRule;
  device: string;
  text: string;
  /** The places in the history that show it. */
  at: number[];
}

interface Reading {
  at: number;
  seq: number;
  wanted: boolean;
  /** Without a change a counting device is told nothing. */
  ledOn: boolean;
  acknowledged: boolean;
}

interface Command {
  at: number;
  ledOn: boolean;
  seq: number | undefined;
}

/** What a history says of one device. */
interface Life {
  device: string;
  kind: Kind;
  readings: Reading[];
  commands: Command[];
}

/**
 * Holds what devices heard of servers against what servers promise: that every acknowledged reading
 * is decided, or a newer one while something fails or who decides changes; that a device ends right;
 * and that none hears a decision on an older reading after one on a newer. It has to end when all
 * is quiet.
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
 * The violation, what its device did and heard about then, what each server was told and sent, and
 * what failed.
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

/** What is heard more often than it was sent comes from the broker, not from a server. */
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

/** A command names the reading that it answers. One that names none says what should hold. */
function checkCounting({ device, readings, commands }: Life): FleetViolation[] {
  let newest: Command | undefined;
  const first = readings[0]?.seq ?? Infinity;
  return commands.flatMap((command): FleetViolation[] => {
    const { at, seq, ledOn } = command;
    // Twice told is no harm: what was answered before this history begins, and nothing since.
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
 * A command says no more than on or off: each has to fit a reading that was sent, and that is not
 * older than the one that the last command fits at the earliest. An answer may come twice.
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

/** @param endAt where the history ends: what came, or did not, after the last reading shows why */
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
 * While nothing fails, each reading is answered that asks for a change; of a lesson device every
 * one. Its answers cannot be told apart, so they are counted in a history without a fault.
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
    // Answers come in order: one to a newer reading shows that this one was passed over.
    const newer = commands.find((command) => command.seq !== undefined && command.seq > seq);
    if (!newer || newer.at > faultAt) return [];
    const text = `reading ${seq} was passed over, though nothing failed and nobody took over`;
    return [{ rule: "undecided", device, text, at: [at, newer.at] }];
  });
}

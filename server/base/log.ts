import { destination, pino, stdTimeFunctions } from "pino";

/** Where a line of the log comes from; its first column. */
export type Source = "broker" | "server" | "device" | "page" | "start";

/** What a program that reads the log may go by. */
export interface Details {
  /** `info` if absent. */
  level?: "info" | "warn" | "error";
  /** The device that it is about. */
  id?: string;
  topic?: string;
  /** Why something was refused. */
  reason?: string;
}

export type Log = (source: Source, text: string, details?: Details) => void;

/** What the program says: the log, and what it says of itself. */
export interface Output {
  log: Log;
  /** Of its start and its end. */
  say(text: string): void;
  /** What a person has to mend before it can start. */
  fail(text: string): void;
}

export type LogFormat = "text" | "json";

export function openOutput(format: LogFormat): Output {
  goOnUnread();
  return format === "json" ? jsonLines() : textLines;
}

/**
 * Goes on if nobody reads any more: the terminal was closed, or the program behind the pipe has
 * ended. Without a listener such an error would end this program at once, and what it had still to
 * keep would be lost.
 */
export function goOnUnread(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", goOn);
}

function goOn(): void {
  // The lines are lost.
}

/** One line an event, human-readable. */
const textLines: Output = {
  log: (source, text) => console.log(`${source.padEnd(7)} ${printable(text)}`),
  say: (text) => console.log(text),
  fail: (text) => console.error(`nightlight: ${text}`),
};

/** One JSON object a line, all on stdout, in the same words. */
function jsonLines(): Output {
  // What is written later than said would be lost at the end.
  const lines = destination({ fd: process.stdout.fd, sync: true });
  lines.on("error", goOn);
  const logger = pino(
    {
      base: undefined,
      messageKey: "message",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    lines,
  );
  const log: Log = (source, text, { level = "info", ...fields } = {}) =>
    logger[level]({ source, ...fields }, printable(text.replace(SAYS_LEVEL, "")));
  return {
    log,
    say: (text) => log("start", text),
    fail: (text) => log("start", text, { level: "error" }),
  };
}

/** How a person is told a line's level. */
const SAYS_LEVEL = /^(Warning|Error): /;
/** Control characters would let a payload draw on the terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Text of others, safe to print: one line, no escape sequences, of bounded length. */
export function printable(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.replace(CONTROL, "·");
}

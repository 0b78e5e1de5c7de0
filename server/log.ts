/** Where a line of the log comes from; its first column. */
export type Source = "broker" | "server" | "device" | "page" | "start";

export type Log = (source: Source, text: string) => void;

/** Control characters would let a payload draw on the terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** One line an event, human-readable. */
export const printLog: Log = (source, text) => {
  console.log(`${source.padEnd(7)} ${printable(text)}`);
};

/** Text of others, safe to print: one line, no escape sequences, of bounded length. */
export function printable(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.replace(CONTROL, "·");
}

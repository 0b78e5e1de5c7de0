import { type Fields, type ServerRule, sideOf } from "../../src/common/server-rule";
import type { Reading } from "../../src/common/wire";
import type { CommandKind } from "./counts";

/** What a device is told. */
export interface Command {
  fields: Fields;
  /** The fields as JSON. */
  text: string;
  /** Which side of the rule that is; undefined for neither, as a person may ask for. */
  on: boolean | undefined;
}

/** What a command is sent for. */
export interface Cause {
  kind: CommandKind;
  /** The reading that it answers. */
  answers?: Pick<Reading, "seq" | "boot"> | undefined;
  /** The QoS of that reading: its answer is worth as much. 1 if there is none. */
  qos?: 0 | 1 | undefined;
  /** When the reading that led to it came, by `performance.now()`. */
  arrivedMs?: number;
  /** Set if it is sent again: when it was sent first, by `performance.now()`. */
  sentMs?: number;
}

/** A device, and what it should be told. */
export interface Decision {
  id: string;
  command: Command;
}

export function commandOf(rule: ServerRule, fields: Fields): Command {
  return { fields, text: JSON.stringify(fields), on: sideOf(rule, fields) };
}

/**
 * A command as it goes out.
 * @param answers the reading that it names, so that a device can tell an old answer
 */
export function payloadOf(command: Command, answers?: Pick<Reading, "seq" | "boot">): string {
  if (answers?.seq === undefined && answers?.boot === undefined) return command.text;
  const { seq, boot } = answers;
  return JSON.stringify({ ...command.fields, seq, boot });
}

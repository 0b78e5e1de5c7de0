import { type Fields, type ServerRule, sideOf } from "../../src/common/server-rule";
import type { Reading } from "../../src/common/wire";
import type { CommandKind } from "./counters";

/** A command for a device. */
export interface Command {
  fields: Fields;
  /** The fields as JSON. */
  text: string;
  /**
   * The side of the rule that the command stands for; undefined if a manual command stands for
   * neither.
   */
  on: boolean | undefined;
}

/** Why a command is sent. */
export interface Cause {
  kind: CommandKind;
  /** The reading that the command answers. */
  answers?: Pick<Reading, "seq" | "boot"> | undefined;
  /** The QoS of the command: that of the answered reading, or 1 if there is no reading. */
  qos?: 0 | 1 | undefined;
  /** When the reading that led to the command was received, by `performance.now()`. */
  arrivedMs?: number;
  /** Set if the command is sent again: when it was first sent, by `performance.now()`. */
  sentMs?: number;
}

/** A command that was decided for a device. */
export interface Decision {
  id: string;
  command: Command;
}

export function commandOf(rule: ServerRule, fields: Fields): Command {
  return { fields, text: JSON.stringify(fields), on: sideOf(rule, fields) };
}

/**
 * The payload of a command.
 * @param answers the reading that the payload names, so that the device can recognise an old answer
 */
export function payloadOf(command: Command, answers?: Pick<Reading, "seq" | "boot">): string {
  if (answers?.seq === undefined && answers?.boot === undefined) return command.text;
  const { seq, boot } = answers;
  return JSON.stringify({ ...command.fields, seq, boot });
}

import type { Reading } from "../../src/common/wire";
import type { Fields } from "../../src/common/server-rule";

/** The rule's commands are a few objects, sent over and over. */
const texts = new WeakMap<Fields, string>();

/**
 * A command as it goes out.
 * @param answers the reading that it names, so that a device can tell an old answer
 */
export function payloadOf(command: Fields, answers?: Pick<Reading, "seq" | "boot">): string {
  let text = texts.get(command);
  if (text === undefined) texts.set(command, (text = JSON.stringify(command)));
  if (answers?.seq === undefined && answers?.boot === undefined) return text;
  const { seq, boot } = answers;
  return JSON.stringify({ ...command, seq, boot });
}

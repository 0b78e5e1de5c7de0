/** Fills an outbox, whose capacity is a setting, and adds one more reading. */
import { sleep } from "@devicescript/core";
import { readSetting } from "@devicescript/settings";
import { Outbox } from "../../src/outbox";

const capacity = await readSetting<number>("CAPACITY");
const outbox = new Outbox(capacity);
for (let seq = 1; seq <= capacity + 1; seq++) {
  outbox.push({ seq, takenMs: 2000 * seq, light: seq % 1024, ledOn: false });
  if (seq % 32 === 0) await sleep(1);
}
console.log(`kept ${outbox.count}, from ${outbox.first()?.seq}`);

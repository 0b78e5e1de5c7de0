import { expect, it } from "vitest";
import type { Cluster } from "../../server/cluster/cluster";
import { CommandResender } from "../../server/deciding/command-resender";
import type { CommandState } from "../../server/deciding/command-state";
import { Counters } from "../../server/deciding/counters";
import type { Decisions } from "../../server/deciding/decisions";
import type { Devices } from "../../server/deciding/devices";
import { SeenReadings } from "../../server/deciding/seen-readings";

const ANSWERED = { boot: 5, seq: 7 };
const COMMAND = { fields: { led_on: true }, text: '{"led_on":true}', on: true };

it.each([
  { isAlone: true, told: ["a", "b"], case: "nobody else can have answered it, nor a newer one" },
  { isAlone: false, told: [], case: "others go on, and a newer reading was not heard here" },
])("answers lost with a connection are sent again to $told: $case", ({ isAlone, told }) => {
  const seen = new SeenReadings();
  seen.classify("a", ANSWERED);
  const sent: string[] = [];
  const resender = new CommandResender({
    decisions: { lastFor: () => COMMAND } as unknown as Decisions,
    commandState: {} as unknown as CommandState,
    devices: { isAway: () => false } as unknown as Devices,
    seen,
    cluster: { decides: () => true, isAlone } as unknown as Cluster,
    send: (id) => sent.push(id),
    counts: new Counters(),
    log: () => undefined,
  });
  for (const [id, answers] of [
    ["a", ANSWERED],
    ["b", {}],
  ] as const)
    resender.commands.add({ id, command: COMMAND, cause: { kind: "rule", answers }, sentMs: 0 });
  resender.repeatLatest();
  expect(sent).toEqual(told);
});

import { expect, it } from "vitest";
import { type Cause, commandOf } from "../../server/deciding/command";
import { CommandState } from "../../server/deciding/command-state";
import { Commander, type CommanderParts } from "../../server/deciding/commander";
import { loadConfig } from "../../server/setup/config";

it.each([
  ["ordered", 1],
  ["latest", 0],
] as const)(
  "a command of policy %s that answers a reading at QoS 0 is sent at QoS %i",
  (policy, qos) => {
    const causes: Cause[] = [];
    const nothing = () => undefined;
    const commander = new Commander({
      commandState: new CommandState({ delivery: { led_on: policy }, expiresMs: 60_000 }),
      devices: { commandWaits: nothing, isAway: () => false },
      resender: { repeatOrdered: nothing, commands: { supersede: nothing } },
      sender: { command: (_id: string, _command: unknown, cause: Cause) => causes.push(cause) },
      clock: { wallMs: () => 5000, monotonicMs: () => 5000 },
    } as unknown as CommanderParts);
    const reading = { seq: 3, boot: 7 };
    commander.give("a", commandOf(loadConfig().rule, { led_on: true }), {
      kind: "rule",
      answers: reading,
      qos: 0,
    });
    expect(causes).toMatchObject([{ kind: "rule", qos }]);
  },
);

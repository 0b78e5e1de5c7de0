import { describe, expect, it } from "vitest";
import type { Command } from "../../server/deciding/command";
import { type Unconfirmed, UnconfirmedCommands } from "../../server/deciding/unconfirmed";

function lost(id: string, on: boolean, order?: number): Unconfirmed {
  const fields = { led_on: on, ...(order !== undefined && { id: order }) };
  const command: Command = { fields, text: JSON.stringify(fields), on };
  return {
    id,
    command,
    cause: { kind: "manual" },
    sentMs: 0,
    expiryS: order === undefined ? undefined : 60,
  };
}

describe("unacknowledged commands", () => {
  it("are the last one of each device, once", () => {
    const commands = new UnconfirmedCommands({ unconfirmed: 0 });
    for (const each of [lost("a", true), lost("b", true), lost("a", false)]) commands.add(each);
    expect(commands.has("a")).toBe(true);
    expect(commands.takeLatest()).toEqual([lost("a", false), lost("b", true)]);
    expect(commands.takeLatest()).toEqual([]);
    expect(commands.has("a")).toBe(false);
  });

  it("are dropped once something newer is known", () => {
    const commands = new UnconfirmedCommands({ unconfirmed: 0 });
    commands.add(lost("a", true));
    commands.add(lost("b", true));
    commands.supersede("a");
    expect(commands.takeLatest()).toEqual([lost("b", true)]);
  });

  it("are all kept if they are ordered, in order", () => {
    const counts = { unconfirmed: 0 };
    const commands = new UnconfirmedCommands(counts);
    for (const each of [lost("a", true, 3), lost("b", true, 9), lost("a", false, 2)])
      commands.add(each);
    commands.supersede("a");
    expect(counts.unconfirmed).toBe(3);
    expect(commands.takeLatest()).toEqual([]);
    expect(commands.takeOrdered("a")).toEqual([lost("a", false, 2), lost("a", true, 3)]);
    expect(commands.takeOrdered()).toEqual([lost("b", true, 9)]);
    expect(commands.takeOrdered()).toEqual([]);
  });

  it("are gone with their device, and only with theirs", () => {
    const counts = { unconfirmed: 0 };
    const commands = new UnconfirmedCommands(counts);
    for (const each of [lost("a", true), lost("b", true), lost("a", true, 1), lost("b", true, 2)])
      commands.add(each);
    commands.forget("a");
    expect(counts.unconfirmed).toBe(2);
    expect(commands.takeLatest()).toEqual([lost("b", true)]);
    expect(commands.takeOrdered()).toEqual([lost("b", true, 2)]);
  });
});

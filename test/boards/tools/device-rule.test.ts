import { describe, expect, it } from "vitest";
import { ruleOfDevice } from "../../../boards/tools/firmware/configure";
import { loadConfig } from "../../../server/setup/config";

describe("the rule that a device follows without a server", () => {
  const config = { ...loadConfig(), id: "desk" };
  const inGroup = (members: string[], lights: string[]) => ({
    ...config,
    groups: [{ id: "house", members, lights, decide: "any" as const, validMs: 60_000 }],
  });

  it("is the configured rule, if that uses only its own sensor and LED", () => {
    expect(ruleOfDevice(config)).toMatchObject({ comparison: "below", value: 300 });
    expect(ruleOfDevice({ ...config, rule: { ...config.rule, field: "other" } })).toBeNull();
  });

  it("does not exist for a device in a group, or if another device with the same program is in one", () => {
    expect(ruleOfDevice(inGroup(["desk", "hall"], ["lamp"]))).toBeNull();
    expect(ruleOfDevice(inGroup(["yard", "gate"], ["desk"]))).toBeNull();
    expect(ruleOfDevice(inGroup(["yard", "gate"], ["lamp"]), ["hall"])).not.toBeNull();
    expect(ruleOfDevice(inGroup(["yard", "hall"], ["lamp"]), ["hall"])).toBeNull();
    expect(ruleOfDevice(inGroup(["yard", "gate"], ["hall"]), ["hall"])).toBeNull();
  });
});

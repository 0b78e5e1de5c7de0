import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../server/setup/config";
import { type Options, parseOptions } from "../../../server/setup/options";

const options = (...args: string[]) => parseOptions(args, loadConfig(), {}) as Options;

describe("npm start -- --device", () => {
  it("selects a simulated device, or this Raspberry Pi", () => {
    expect(options()).toMatchObject({ simulate: true, device: "simulated" });
    expect(options("--device", "pi")).toMatchObject({ simulate: true, device: "pi" });
  });

  it.each([
    [["--device", "banana"], '--device: expected simulated or pi, got "banana"'],
    [["--device", "pi", "--no-device"], "--device pi: cannot be combined with --no-device"],
    [["--device", "pi", "--vscode"], "--device pi: cannot be combined with --vscode"],
    [["--device", "pi", "--classroom"], "--device pi: cannot be combined with --classroom"],
    [
      ["--light", "3", "--no-device"],
      "--light: is for the simulated sensor, cannot be combined with --no-device",
    ],
    [
      ["--light", "3", "--classroom"],
      "--light: is for the simulated sensor, cannot be combined with --classroom",
    ],
    [
      ["--device", "pi", "--light", "3"],
      "--light: is for the simulated sensor, cannot be combined with --device pi",
    ],
  ])("refuses %j", (args, message) => {
    expect(() => options(...args)).toThrow(new Error(message));
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import type { SettingChanges } from "../../../boards/line/board-settings";
import type { ProgressStep } from "../../../boards/line/connection-progress";
import { setUpBoard, type SetUpOutcome } from "../../../boards/line/set-up";
import { PROGRAM_LINES } from "../../../boards/log-lines";
import { FakeBoard } from "./fake-board";

describe("setting up a board", () => {
  let board: FakeBoard;
  let steps: ProgressStep[];

  beforeEach(() => {
    board = new FakeBoard();
    board.settings.set("ID", '"old"').set("MQTT_USER", '"me"');
    steps = [];
  });

  const setUp = async (changes: SettingChanges): Promise<SetUpOutcome> => {
    await board.line.open();
    return await setUpBoard(board.line, changes, (step) => steps.push(step));
  };

  /**
   * Makes the fake board apply several settings together, by the protocol of
   * runtime/settings_batch.h.
   */
  const takeTogether = () => {
    board.onStored = (name) => {
      if (name !== "+") return;
      const names = board.settings.get("+")?.split(" ") ?? [];
      board.settings.delete("+");
      const values = names.map((name) => board.settings.get(`+${name}`));
      if (values.includes(undefined)) return;
      for (const [i, name] of names.entries()) {
        if (values[i] === "null") board.settings.delete(name);
        else board.settings.set(name, values[i] ?? "");
        board.settings.delete(`+${name}`);
      }
      board.settings.delete("-");
    };
  };

  it("stores new values, removes others, and starts the program with them", async () => {
    takeTogether();
    board.onStart = () => {
      expect([...board.settings]).toEqual([["ID", '"new"']]);
      board.say(`> ${PROGRAM_LINES.acknowledged}`);
    };
    expect(await setUp({ ID: "new", MQTT_USER: null })).toEqual({ isConnected: true, problem: "" });
  });

  it("keeps the old values if one has no space, reports it, and restarts the program", async () => {
    takeTogether();
    const take = board.onStored;
    board.onStored = (name) => {
      if (name === "+ID") board.settings.delete(name);
      take(name);
    };
    const { isConnected, problem } = await setUp({ ID: "new", MQTT_USER: null });
    expect({ isConnected, problem }).toEqual({
      isConnected: false,
      problem:
        "The board has no space for these settings, and keeps its present ones. Shorter values may fit.",
    });
    expect([...board.settings]).toEqual([
      ["ID", '"old"'],
      ["MQTT_USER", '"me"'],
    ]);
    expect(steps).toEqual([]);
    expect(board.isRunning).toBe(true);
  });

  it("restarts the program if the runtime is too old to be set up", async () => {
    const { isConnected, problem } = await setUp({ ID: "new" });
    expect(isConnected).toBe(false);
    expect(problem).toMatch(/^The board's runtime is older than this command/);
    expect([...board.settings]).toEqual([
      ["ID", '"old"'],
      ["MQTT_USER", '"me"'],
    ]);
    expect(board.isRunning).toBe(true);
  });
});

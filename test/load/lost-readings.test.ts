import { expect, it } from "vitest";
import { countReadings } from "./lost-readings";

const reading = (id: string, boot: number, seq: number) => ({
  topic: `${id}/telemetry`,
  payload: JSON.stringify({ light: 100, seq, boot }),
  retain: false,
});

it("counts the gaps for each device and start, and no reading twice", () => {
  expect(countReadings([])).toEqual({ arrived: 0, lost: 0 });
  const whole = [reading("a", 7, 1), reading("b", 7, 1), reading("a", 7, 2), reading("a", 7, 2)];
  expect(countReadings(whole)).toEqual({ arrived: 3, lost: 0 });
  const started = [...whole, reading("a", 8, 1), reading("b", 7, 2)];
  expect(countReadings(started)).toEqual({ arrived: 5, lost: 0 });
  expect(countReadings([...started, reading("a", 8, 4), reading("c", 1, 2)])).toEqual({
    arrived: 7,
    lost: 3,
  });
});

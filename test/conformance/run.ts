import { afterAll, beforeAll, describe, it } from "vitest";
import { Unexpected } from "../support/wire";
import { type BrokerName, departureOf } from "./departures";
import { type Case, Scene, type Target } from "./scene";
import { SERVER_CASES } from "./server";

export interface Running extends Target {
  stop(): Promise<void>;
}

/**
 * Tests one broker against every statement that binds a server.
 * @param how how the broker is run, for the names of the tests
 */
export function conformanceOf(
  broker: BrokerName,
  how: string,
  start: () => Promise<Running>,
): void {
  describe.concurrent(`MQTT 3.1.1, for a server: ${broker}, ${how}`, () => {
    let running: Running;

    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running.stop());

    for (const [number, one] of SERVER_CASES.entries())
      it(titleOf(one), async () => {
        const scene = new Scene(running, number);
        try {
          await held(broker, one, () => one.run(scene));
        } finally {
          await scene.end();
        }
      });
  });
}

export function titleOf({ statement, sees }: Case): string {
  return `[MQTT-${statement}] ${sees}`;
}

/** Runs a test. If a departure is listed for the test, it has to fail in the listed way. */
async function held(broker: BrokerName, one: Case, run: () => Promise<void>): Promise<void> {
  const departure = departureOf(broker, one);
  if (!departure) return run();
  let seen = "nothing: the statement holds now";
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    seen = error.message;
  }
  if (seen.includes(departure.shows)) return;
  throw new Error(
    `departures.ts says of ${broker} that it shows "${departure.shows}", but it shows ${seen}`,
  );
}

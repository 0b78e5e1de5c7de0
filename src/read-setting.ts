import { Fiber, type Packet, suspend } from "@devicescript/core";
import { settings } from "@devicescript/settings";

/** Command of the settings service, and of its answer (Jacdac services: settings, `get`). */
const GET = 0x80;
/** Time after which an unanswered question is asked again, ms. */
const ANSWER_MS = 500;

/** The key, and its value; empty if there is no such setting. */
type Answer = [string, Buffer];

/**
 * Reads a setting, which is stored as JSON. `@devicescript/settings` has such a function, which
 * waits for its answer without limit, and an answer can be lost: if the device stalls for 2 s, it
 * considers its own services gone until they announce themselves again. The program would never
 * start.
 * @param missing the result if there is no such setting, or if the setting is not JSON
 */
export async function readSetting<T>(key: string, missing?: T): Promise<T> {
  let answer = await ask(key);
  while (!answer) {
    console.log(`settings: no answer for ${key}, asking again`);
    answer = await ask(key);
  }
  const [, value] = answer.decode() as Answer;
  if (!value || value.length === 0) return missing;
  try {
    return JSON.parse(value.toString()) as T;
  } catch {
    return missing;
  }
}

/** @returns the answer; undefined if it did not arrive in time */
async function ask(key: string): Promise<Packet> {
  const fiber = Fiber.self();
  const question: { answer?: Packet; isOver?: boolean } = {};
  const unsubscribe = settings.report().subscribe(async (report) => {
    if (question.isOver || report.serviceCommand !== GET) return;
    const [of] = report.decode() as Answer;
    if (of !== key) return;
    question.answer = report;
    if (fiber.suspended) fiber.resume(report);
  });
  await settings.get(key);
  if (!question.answer) await suspend(ANSWER_MS);
  // A handler that has already started may still run after this, perhaps when the fiber has ended.
  question.isOver = true;
  unsubscribe();
  return question.answer;
}

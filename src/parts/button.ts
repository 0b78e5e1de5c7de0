import type { Button } from "@devicescript/core";
import type { Lamp } from "../lamp";
import { ByHand } from "./by-hand";

/** The lamp, which the button switches over. */
export function switchedBy(button: Button, lamp: Lamp): ByHand {
  const byHand = new ByHand(lamp);
  button.down.subscribe(async () => {
    await byHand.switchOver();
  });
  return byHand;
}

import type { Button } from "@devicescript/core";
import type { Lamp } from "../lamp";
import { ByHand } from "./by-hand";

/** Returns a lamp that the button toggles. */
export function switchedBy(button: Button, lamp: Lamp): ByHand {
  const byHand = new ByHand(lamp);
  button.down.subscribe(async () => {
    await byHand.switchOver();
  });
  return byHand;
}

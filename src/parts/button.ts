import type { Button } from "@devicescript/core";
import type { Lamp } from "../lamp";
import { ToggledLamp } from "./toggled-lamp";

/** Returns a lamp that the button toggles. */
export function toggledBy(button: Button, lamp: Lamp): ToggledLamp {
  const byHand = new ToggledLamp(lamp);
  button.down.subscribe(async () => {
    await byHand.toggle();
  });
  return byHand;
}

import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { byId, setAttribute } from "../page/dom";
import type { TabDevice } from "./device";

/** The room: day or night outside, and the lamp. Dragging the sun changes the light. */
export class Room {
  private readonly room = byId("room", HTMLElement);

  /** @param onLight called with the raw light, 0..1023, when the sun is moved */
  constructor(onLight: (lightRaw: number) => void) {
    this.room.addEventListener("pointerdown", (event) => {
      this.room.setPointerCapture(event.pointerId);
      onLight(this.lightAt(event));
    });
    this.room.addEventListener("pointermove", (event) => {
      if (this.room.hasPointerCapture(event.pointerId)) onLight(this.lightAt(event));
    });
  }

  show({ lightRaw, brightness }: TabDevice): void {
    const { style } = document.documentElement;
    style.setProperty("--day", (lightRaw / LIGHT_MAX_RAW).toFixed(3));
    style.setProperty("--lamp-light", brightness.toFixed(3));
    setAttribute(this.room, "data-led", brightness > 0 ? "on" : "off");
  }

  /** Returns the light for a pointer's height: higher is lighter. */
  private lightAt({ clientY }: PointerEvent): number {
    const { top, height } = this.room.getBoundingClientRect();
    // The sun moves between the table and the ceiling.
    const ratio = 1 - ((clientY - top) / height - 0.1) / 0.75;
    return Math.round(LIGHT_MAX_RAW * Math.min(1, Math.max(0, ratio)));
  }
}

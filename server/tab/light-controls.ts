import { byId, setText } from "../page/dom";
import type { TabDevice } from "./device";
import { listenToRoom } from "./real-light";
import { lightOf, type Scene } from "./scenes";

const SCENE_STEP_MS = 100;

type Mover = "hand" | "real" | Scene;

/** What moves the light of the device that is shown: a hand, a scene, or the light in the room. */
export class LightControls {
  private readonly slider = byId("light", HTMLInputElement);
  private readonly value = byId("light-value", HTMLElement);
  private readonly radios = [...document.querySelectorAll<HTMLInputElement>('input[name="scene"]')];
  private readonly movers = new WeakMap<TabDevice, { mover: Mover; sinceMs: number }>();
  private device: TabDevice | undefined;

  constructor(private readonly devices: () => TabDevice[]) {
    this.slider.addEventListener("input", () => this.byHand(this.slider.valueAsNumber));
    for (const radio of this.radios)
      radio.addEventListener("change", () => this.choose(radio.value as Mover));
    const real = byId("real-light", HTMLElement);
    real.hidden = !("AmbientLightSensor" in globalThis);
    real.addEventListener("change", () => this.listen(), { once: true });
    setInterval(() => this.step(), SCENE_STEP_MS);
  }

  /** Whoever takes the light in hand stops the scene. */
  byHand(lightRaw: number): void {
    if (!this.device) return;
    this.choose("hand");
    this.device.lightRaw = lightRaw;
  }

  show(device: TabDevice): void {
    this.device = device;
    const { mover } = this.moverOf(device);
    const isTaken = device.classRoom.light !== null;
    this.slider.disabled = isTaken;
    for (const radio of this.radios) {
      radio.checked = radio.value === mover;
      radio.disabled = isTaken;
    }
    if (this.slider.valueAsNumber !== device.lightRaw) this.slider.valueAsNumber = device.lightRaw;
    setText(this.value, String(device.lightRaw));
  }

  private choose(mover: Mover): void {
    if (!this.device || this.moverOf(this.device).mover === mover) return;
    this.movers.set(this.device, { mover, sinceMs: performance.now() });
    this.show(this.device);
  }

  private listen(): void {
    listenToRoom((lightRaw) => {
      for (const device of this.devices())
        if (this.moverOf(device).mover === "real") device.lightRaw = lightRaw;
    });
  }

  private step(): void {
    for (const device of this.devices()) {
      const { mover, sinceMs } = this.moverOf(device);
      if (mover === "hand" || mover === "real") continue;
      device.lightRaw = lightOf(mover, (performance.now() - sinceMs) / 1000);
    }
  }

  private moverOf(device: TabDevice): { mover: Mover; sinceMs: number } {
    return this.movers.get(device) ?? { mover: "hand", sinceMs: 0 };
  }
}

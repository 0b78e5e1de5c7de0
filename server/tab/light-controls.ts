import { byId, setAttribute, setText } from "../page/dom";
import { Camera } from "./camera";
import type { TabDevice } from "./device";
import { watchRoomLight } from "./real-light";
import { lightOf, type Scene } from "./scenes";

const SCENE_STEP_MS = 100;

type Mover = "hand" | "real" | "camera" | Scene;

/** The sources of the selected device's light: a person, a scene, the room, or the camera. */
export class LightControls {
  private readonly slider = byId("light", HTMLInputElement);
  private readonly value = byId("light-value", HTMLElement);
  private readonly radios = [...document.querySelectorAll<HTMLInputElement>('input[name="scene"]')];
  private readonly cameraButton = byId("camera", HTMLButtonElement);
  private readonly cameraNote = byId("camera-note", HTMLElement);
  private readonly camera = new Camera(
    (lightRaw) => {
      setText(this.cameraNote, "The camera is on.");
      this.feed("camera", lightRaw);
    },
    (why) => this.cameraOff(why),
  );
  private readonly movers = new WeakMap<TabDevice, { mover: Mover; sinceMs: number }>();
  private device: TabDevice | undefined;

  constructor(private readonly devices: () => TabDevice[]) {
    this.slider.addEventListener("input", () => this.byHand(this.slider.valueAsNumber));
    for (const radio of this.radios)
      radio.addEventListener("change", () => this.choose(radio.value as Mover));
    const real = byId("real-light", HTMLElement);
    real.hidden = !("AmbientLightSensor" in globalThis);
    real.addEventListener("change", () => this.listen(), { once: true });
    this.cameraButton.addEventListener("click", () => {
      if (!this.device) return;
      this.choose(this.moverOf(this.device).mover === "camera" ? "hand" : "camera");
    });
    setInterval(() => this.step(), SCENE_STEP_MS);
  }

  /** Sets the light on a person's request, which stops the scene. */
  byHand(lightRaw: number): void {
    if (!this.device) return;
    // Set before `choose`, or the slider would jump back to the scene's light.
    this.device.lightRaw = lightRaw;
    this.choose("hand");
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
    this.cameraButton.disabled = isTaken && mover !== "camera";
    setAttribute(this.cameraButton, "aria-pressed", String(mover === "camera"));
    if (this.slider.valueAsNumber !== device.lightRaw) this.slider.valueAsNumber = device.lightRaw;
    setText(this.value, String(device.lightRaw));
  }

  private choose(mover: Mover): void {
    if (!this.device || this.moverOf(this.device).mover === mover) return;
    this.movers.set(this.device, { mover, sinceMs: performance.now() });
    if (mover === "camera" && !this.camera.isOn) {
      setText(this.cameraNote, "Your browser asks whether this page may use the camera.");
      this.camera.on();
    }
    this.show(this.device);
  }

  private listen(): void {
    watchRoomLight((lightRaw) => this.feed("real", lightRaw));
  }

  private feed(from: Mover, lightRaw: number): void {
    for (const device of this.devices())
      if (this.moverOf(device).mover === from) device.lightRaw = lightRaw;
  }

  /** Called when the camera is off. Devices that used the camera keep their last light. */
  private cameraOff(why: string): void {
    setText(this.cameraNote, why);
    for (const device of this.devices())
      if (this.moverOf(device).mover === "camera")
        this.movers.set(device, { mover: "hand", sinceMs: 0 });
    if (this.device) this.show(this.device);
  }

  private step(): void {
    const movers = this.devices().map((device) => this.moverOf(device).mover);
    if (!movers.includes("camera")) this.camera.off();
    for (const device of this.devices()) {
      const { mover, sinceMs } = this.moverOf(device);
      if (mover === "hand" || mover === "real" || mover === "camera") continue;
      device.lightRaw = lightOf(mover, (performance.now() - sinceMs) / 1000);
    }
  }

  private moverOf(device: TabDevice): { mover: Mover; sinceMs: number } {
    return this.movers.get(device) ?? { mover: "hand", sinceMs: 0 };
  }
}

import { fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { byId, setText } from "./dom";
import { LatestSender } from "./latest-sender";
import type { Device } from "./model";
import { setLight } from "./requests";

const SEND_GAP_MS = 100;
/**
 * Time after a touch in which reports do not move the slider, ms, because they lag behind the hand.
 */
const HANDS_OFF_MS = 3_000;

/** The slider that sets the light of a simulated device. */
export class LightSlider {
  private readonly fieldset = byId("light-control", HTMLFieldSetElement);
  private readonly input = byId("light", HTMLInputElement);
  private readonly value = byId("light-value", HTMLElement);
  private readonly mark = byId("threshold-mark", HTMLElement);
  private deviceId: string | undefined;
  private sender: LatestSender<number> | undefined;
  private touchedMs = -Infinity;

  constructor(private readonly onError: (message: string) => void) {
    this.input.max = String(LIGHT_MAX_RAW);
    this.input.addEventListener("input", () => {
      this.touchedMs = performance.now();
      setText(this.value, this.input.value);
      this.sender?.push(this.input.valueAsNumber);
    });
  }

  show({ view }: Device, rule: ServerRule): void {
    const fields = fieldsOf(rule);
    this.fieldset.hidden = !view.simulated || !fields.includes("light");
    // With several fields, the threshold applies to their combination, not to the light alone.
    this.mark.hidden = fields.length > 1;
    if (view.id !== this.deviceId) this.turnTo(view.id);
    this.mark.style.setProperty("--at", String(rule.value / LIGHT_MAX_RAW));
    const inHand = this.sender?.busy || performance.now() - this.touchedMs < HANDS_OFF_MS;
    if (inHand || view.light === null) return;
    this.input.valueAsNumber = view.light;
    setText(this.value, this.input.value);
  }

  private turnTo(id: string): void {
    this.deviceId = id;
    this.touchedMs = -Infinity;
    // A new sender for each device, because the previous device's last value may still be in
    // flight.
    this.sender = new LatestSender(async (light) => {
      try {
        await setLight(id, light);
        this.onError("");
      } catch (error) {
        this.onError(`The light was not changed: ${(error as Error).message}`);
      }
    }, SEND_GAP_MS);
  }
}

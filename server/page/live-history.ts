import type { ChangesView, TelemetryView } from "../../src/common/api";
import { ChartHistory } from "./chart-history";

/** The last minutes of the selected device: first the server's history, then live events. */
export class LiveHistory {
  history: ChartHistory;
  /** Events received while the request is in flight, because the answer may not contain them. */
  private meanwhile: ((history: ChartHistory) => void)[] | undefined = [];

  constructor(
    readonly id: string,
    private readonly fields: string[],
  ) {
    this.history = new ChartHistory(fields);
  }

  add({ devices, readings, leds }: ChangesView): void {
    for (const { id, atMs, values } of readings)
      if (id === this.id) this.apply((history) => history.addReading(atMs, values));
    for (const { id, atMs, ledOn } of leds)
      if (id === this.id) this.apply((history) => history.setLed(atMs, ledOn));
    for (const { id, online } of devices)
      if (id === this.id && !online) this.apply((history) => history.addSilence());
  }

  /**
   * Replaces the history by the server's answer.
   * @param view undefined if the request failed
   */
  fill(view: TelemetryView | undefined): void {
    const { meanwhile = [] } = this;
    this.meanwhile = undefined;
    if (!view) return;
    const history = new ChartHistory(this.fields);
    let heardMs: number | undefined;
    for (const { atMs, lastMs, values, ledOn } of view.points) {
      if (heardMs !== undefined && atMs - heardMs > view.silenceMs) history.addSilence();
      const means = Object.entries(values).map(([field, { mean }]) => [field, mean] as const);
      if (means.length > 0) {
        history.addReading(atMs, Object.fromEntries(means));
        heardMs = lastMs;
      }
      if (ledOn !== null) history.setLed(atMs, ledOn >= 0.5);
    }
    for (const step of meanwhile) step(history);
    this.history = history;
  }

  private apply(step: (history: ChartHistory) => void): void {
    step(this.history);
    this.meanwhile?.push(step);
  }
}

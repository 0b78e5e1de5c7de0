import type { DeviceView } from "../../src/common/api";
import type { CrashView } from "../../src/common/update-api";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { isTabId } from "../base/tab-id";
import { Chart } from "./chart";
import { type ChartData, liveData } from "./chart-data";
import { ChartPast } from "./chart-past";
import { LIVE } from "./chart-spans";
import { CommandButtons } from "./command-buttons";
import { DeviceEditButtons } from "./device-edits";
import { byId, setAttribute, setText, textElement } from "./dom";
import { healthSentences } from "./health-words";
import { LightSlider } from "./light-slider";
import type { LiveHistory } from "./live-history";
import type { Device, GroupRoles, ServerFacts } from "./model";
import { isNightlight, sentence, sideWords } from "./rule-words";
import { UpdateBox } from "./update-box";
import type { UpdateDialog } from "./update-dialog";
import type { UpdatesModel } from "./updates";
import { ValueList } from "./value-list";
import { deciderWords, lastSeenWords, onlineWords, stateWords, titleOf } from "./words";

/** The selected device: its lamp, values, chart and controls. */
export class DeviceCard {
  private readonly card = byId("device", HTMLElement);
  private readonly title = byId("device-id", HTMLElement);
  private readonly wireId = byId("wire-id", HTMLElement);
  private readonly kind = byId("device-kind", HTMLElement);
  private readonly kindNote = byId("kind-note", HTMLElement);
  private readonly presence = byId("presence", HTMLElement);
  private readonly online = byId("online", HTMLElement);
  private readonly lastSeen = byId("last-seen", HTMLTimeElement);
  private readonly scene = byId("scene", SVGElement);
  private readonly side = byId("side", HTMLElement);
  private readonly led = byId("led", HTMLElement);
  private readonly decider = byId("decider", HTMLElement);
  private readonly health = byId("health", HTMLUListElement);
  private healthShown = "";
  private readonly state = byId("state", HTMLElement);
  private readonly error = byId("control-error", HTMLElement);
  private readonly controls = [
    byId("light-control", HTMLFieldSetElement),
    byId("command-control", HTMLFieldSetElement),
  ];
  private readonly values = new ValueList();
  private readonly valuesOld = byId("values-old", HTMLElement);
  private readonly chart = new Chart();
  private readonly past: ChartPast;
  private readonly slider = new LightSlider((message) => setText(this.error, message));
  private readonly buttons = new CommandButtons((message) => setText(this.error, message));
  private readonly edits = new DeviceEditButtons();
  private readonly update: UpdateBox;
  private openId: string | undefined;
  private focused: Element | null | undefined;

  /** @param onChange called when the card has to be drawn again */
  constructor(onChange: () => void, updateDialog: UpdateDialog) {
    this.update = new UpdateBox(updateDialog);
    this.past = new ChartPast(onChange);
  }

  get chartFrameMs(): number {
    return this.chart.frameMs;
  }

  hide(): void {
    this.card.hidden = true;
  }

  show(
    device: Device,
    server: ServerFacts,
    roles: GroupRoles,
    crash: CrashView | undefined,
    live: boolean,
  ): void {
    const { view } = device;
    const { rule } = server;
    this.card.hidden = false;
    if (view.id !== this.openId) setText(this.error, "");
    this.openId = view.id;
    setText(this.title, titleOf(view));
    this.wireId.hidden = titleOf(view) === view.id;
    setText(this.wireId, `id ${view.id}`);
    this.edits.show(view, live);
    setText(this.kind, whereWords(view));
    setAttribute(this.kind, "data-simulated", String(view.simulated || isTabId(view.id)));
    setText(this.kindNote, kindWords(device, server));
    setAttribute(this.presence, "data-online", String(view.online && live));
    setText(this.online, live ? onlineWords(view) : `was ${onlineWords(view)}`);
    this.scene.toggleAttribute("hidden", !isNightlight(rule));
    setAttribute(this.card, "data-led", view.ledOn ? "on" : "off");
    this.side.hidden = view.ledOn === null && isSensor(roles);
    setText(this.led, sentence(sideWords(rule, view.ledOn)));
    const measures = roles.lightOf.length === 0 || Object.keys(view.values).length > 0;
    this.values.show(rule, view.values, measures);
    this.valuesOld.hidden = view.valuesAreOld !== true;
    this.card.style.setProperty("--day", String((view.light ?? 0) / LIGHT_MAX_RAW));
    const health = healthSentences(view, crash);
    this.health.hidden = health.length === 0;
    if (health.join("\n") !== this.healthShown)
      this.health.replaceChildren(...health.map((words) => textElement("li", "", words)));
    this.healthShown = health.join("\n");
    setText(this.decider, deciderWords(view, server, roles));
    this.slider.show(device, rule);
    this.buttons.show(view.id, server, roles);
    this.enable(live);
  }

  /** Updates the parts of the card that change as time passes. */
  showTime(
    { view }: Device,
    { version }: ServerFacts,
    updates: UpdatesModel,
    nowMs: number,
    live: boolean,
  ): void {
    const lastSeenMs = view.lastSeen === null ? null : Date.parse(view.lastSeen);
    setText(this.lastSeen, lastSeenWords(lastSeenMs, nowMs));
    if (view.lastSeen !== null) this.lastSeen.dateTime = view.lastSeen;
    const state = stateWords(view, nowMs, version, updates.programFor(view));
    this.state.hidden = state === "";
    setText(this.state, sentence(state));
    this.update.show(view, updates.of(view.id), nowMs, live);
  }

  showChart(
    { view }: Device,
    { history }: LiveHistory,
    { rule }: ServerFacts,
    nowMs: number,
    connected: boolean,
  ): void {
    const { span } = this.past;
    const isLive = span === LIVE;
    let data: ChartData | undefined;
    if (isLive) {
      this.past.showLive(view.id, nowMs);
      data = liveData(rule, history, view.online, nowMs);
    } else data = this.past.show(view.id, rule, nowMs, connected) ?? nothing(nowMs, span.ms);
    this.chart.show({ rule, data, spanWords: isLive ? liveWords(data) : span.words, isLive });
  }

  /**
   * Enables or disables the controls. Without the server, the controls would show values that are
   * not applied. When they are enabled again, the focus returns.
   */
  private enable(enabled: boolean): void {
    const { activeElement } = document;
    for (const fieldset of this.controls) {
      if (!enabled && !fieldset.disabled && fieldset.contains(activeElement))
        this.focused = activeElement;
      fieldset.disabled = !enabled;
    }
    if (!enabled || !(this.focused instanceof HTMLElement)) return;
    if (activeElement === document.body || activeElement === this.focused) this.focused.focus();
    this.focused = undefined;
  }
}

function nothing(nowMs: number, spanMs: number): ChartData {
  return { fromMs: nowMs - spanMs, toMs: nowMs, timesMs: [], lines: [], ledSpans: [] };
}

/** Returns words such as "the last 3 minutes": the page may have been opened only recently. */
function liveWords({ fromMs, toMs }: ChartData): string {
  const minutes = Math.max(1, Math.round((toMs - fromMs) / 60_000));
  return `the last ${minutes === 1 ? "minute" : `${minutes} minutes`}`;
}

/** Whether the device only measures: it votes in a group but has no light. */
function isSensor({ memberOf, lightOf }: GroupRoles): boolean {
  return memberOf.length > 0 && lightOf.length === 0;
}

function whereWords({ simulated, id }: DeviceView): string {
  if (isTabId(id)) return "simulated, in a browser tab";
  return simulated ? "simulated" : "not simulated";
}

function kindWords({ view }: Device, { rule }: ServerFacts): string {
  const simple = isNightlight(rule);
  if (view.simulated)
    return `Simulated: the real firmware in a virtual machine.${simple ? " You move its light below." : ""}`;
  if (isTabId(view.id))
    return "Simulated: the real firmware in a virtual machine, in a browser tab. Its light is moved there.";
  return simple
    ? "Not simulated by this server: its light comes from its own sensor."
    : "Not simulated by this server: its values come from its own sensors.";
}

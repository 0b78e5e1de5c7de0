import { byId, setAttribute, setText, textElement } from "../page/dom";
import { ChangePanel } from "./change-panel";
import { ClassSettings, OWN_ROOM } from "./class-settings";
import { newWorker, TabDevice } from "./device";
import { DeviceIds } from "./device-ids";
import { InternalsPanel } from "./internals-panel";
import { LightControls } from "./light-controls";
import { Room } from "./room";
import { classWords, outboxWords, statusWords } from "./status-words";

/** Connects the parts of the page: this tab's devices, one of which is selected. */

const FIRST_LIGHT_RAW = 652;
/** Maximum number of devices in a tab: each takes a thread and about 10 MB. */
const MAX_DEVICES = 8;

const devices: TabDevice[] = [];
let shown: TabDevice | undefined;
/** Why no device could be added; empty if none was refused. */
let notAdded = "";
let classRoom = OWN_ROOM;
let frame: number | undefined;

const deviceIds = new DeviceIds();
const controls = new LightControls(() => devices);
const room = new Room((lightRaw) => controls.byHand(lightRaw));
const internalsPanel = new InternalsPanel(requestShow);
const change = new ChangePanel();
const failure = byId("failure", HTMLElement);
const network = byId("network", HTMLButtonElement);
const power = byId("power", HTMLButtonElement);
const add = byId("add", HTMLButtonElement);
const strip = byId("devices", HTMLUListElement);

network.addEventListener("click", () => {
  if (shown) shown.isPlugged = !shown.isPlugged;
});
power.addEventListener("click", () => {
  if (shown?.isPowered) shown.powerOff();
  else shown?.powerOn();
});
add.addEventListener("click", () => void addDevice());
deviceIds.onLost = (id) => {
  // The other tab had this id first, so this tab's device gets another id.
  const lost = devices.findIndex((device) => device.id === id);
  if (lost < 0) return;
  devices[lost]?.powerOff();
  devices.splice(lost, 1);
  void addDevice();
};

new ClassSettings(
  (room) => {
    classRoom = room;
    for (const device of devices) device.classRoom = room;
  },
  (id) => {
    const device = devices.find((one) => one.id === id);
    device?.powerOff();
    device?.powerOn();
  },
  (mayChange) => change.allow(mayChange),
);

async function addDevice(worker = newWorker()): Promise<void> {
  add.disabled = true;
  notAdded = "";
  try {
    shown = new TabDevice(await deviceIds.claim(), FIRST_LIGHT_RAW, requestShow, worker);
    shown.classRoom = classRoom;
    devices.push(shown);
  } catch (error) {
    worker.terminate();
    notAdded = `No device could be added: ${(error as Error).message}`;
  }
  add.disabled = devices.length >= MAX_DEVICES;
  requestShow();
}

function requestShow(): void {
  // In a hidden tab, the browser requests no frames, so nothing is drawn.
  frame ??= requestAnimationFrame(() => {
    frame = undefined;
    show();
  });
}

function show(): void {
  showStrip();
  const failed = shown?.failure ? `The device does not run: ${shown.failure}` : notAdded;
  failure.hidden = failed === "";
  setText(failure, failed);
  if (!shown) return;
  const isLit = shown.brightness > 0;
  setText(byId("device-id", HTMLElement), shown.id);
  setText(byId("led", HTMLElement), isLit ? "LED on" : "LED off");
  setText(byId("status", HTMLElement), statusWords(shown));
  setText(byId("waiting", HTMLElement), shown.internals.outbox > 0 ? outboxWords(shown) : "");
  setText(byId("class-note", HTMLElement), classWords(shown.classRoom));
  network.disabled = shown.classRoom.networkCut;
  setAttribute(network, "aria-pressed", String(!shown.isPlugged));
  setAttribute(power, "aria-pressed", String(!shown.isPowered));
  room.show(shown);
  controls.show(shown);
  internalsPanel.show(shown);
  change.show(shown);
}

function showStrip(): void {
  while (strip.childElementCount > devices.length) strip.lastElementChild?.remove();
  for (const [i, device] of devices.entries()) {
    const button = strip.children[i]?.querySelector("button") ?? newButton(i);
    setAttribute(button, "data-led", device.brightness > 0 ? "on" : "off");
    setAttribute(button, "aria-current", String(device === shown));
    setText(button.lastElementChild ?? button, device.id);
    const led = device.brightness > 0 ? "LED on" : "LED off";
    setAttribute(button, "aria-label", `${device.id}: ${led}, ${statusWords(device)}`);
  }
}

function newButton(i: number): HTMLButtonElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.append(textElement("span", "bulb"), textElement("span", "name"));
  button.addEventListener("click", () => {
    shown = devices[i];
    requestShow();
  });
  item.append(button);
  strip.append(item);
  return button;
}

async function begin(): Promise<void> {
  await addDevice();
  for (let i = 1; i < deviceIds.countBefore; i++) await addDevice();
  shown = devices[0];
  requestShow();
}

void begin();

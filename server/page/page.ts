import { DeviceCard } from "./device-card";
import { DeviceList } from "./device-list";
import { byId } from "./dom";
import { MessageStream } from "./message-stream";
import { Model, type Device } from "./model";
import { Selection } from "./selection";
import { ServerNotice } from "./server-notice";
import { Stream, type Connection } from "./stream";

/** Joins the parts: events change the model, and once for each frame the model is shown. */

const model = new Model();
const notice = new ServerNotice();
const card = new DeviceCard();
const selection = new Selection(requestShow);
const list = new DeviceList((id) => selection.open(id));
const messages = new MessageStream(requestShow);
const columns = byId("columns", HTMLElement);
const empty = byId("empty", HTMLElement);

let connection: Connection = "connecting";
let opened: Device | undefined;
/** When the server went away: the chart and all ages stop there. */
let awaySinceMs: number | undefined;
let frame: number | undefined;
/** light-2 before light-10. */
const byName = new Intl.Collator(undefined, { numeric: true });

new Stream("/api/events", {
  onEvent(name, event) {
    model.apply(name, event, Date.now());
    requestShow();
  },
  onConnection(now) {
    connection = now;
    awaySinceMs = now === "live" ? undefined : (awaySinceMs ?? Date.now());
    requestShow();
  },
});

function requestShow(): void {
  frame ??= requestAnimationFrame(() => {
    frame = undefined;
    show();
  });
}

function show(): void {
  notice.show(connection, awaySinceMs, model.server);
  const { server } = model;
  if (!server) return;
  const devices = sorted(model.devices);
  opened = selection.of(devices);
  columns.dataset["devices"] = devices.length > 1 ? "many" : "one";
  empty.hidden = opened !== undefined;
  list.show(devices, opened?.view.id);
  messages.show(model.messages, opened?.view.id, devices.length);
  if (opened) card.show(opened, server, connection === "live");
  else card.hide();
  showTime();
}

/** The parts that move with the clock. */
function showTime(): void {
  if (!opened || !model.server) return;
  const nowMs = model.serverTimeMs(awaySinceMs ?? Date.now());
  card.showTime(opened, nowMs);
  card.showChart(opened, model.server, nowMs);
}

function tick(): void {
  if (!document.hidden && connection === "live") showTime();
  setTimeout(tick, card.chartFrameMs);
}

function sorted(devices: Map<string, Device>): Device[] {
  return [...devices.values()].sort((a, b) => byName.compare(a.view.id, b.view.id));
}

requestShow();
tick();

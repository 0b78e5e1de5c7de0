import { AttentionList } from "./attention";
import { LIVE } from "./chart-spans";
import { ClassPanel } from "./class-panel";
import { DeviceCard } from "./device-card";
import { DeviceList } from "./device-list";
import { byId, setAttribute } from "./dom";
import { FleetBox } from "./fleet-box";
import { GroupList } from "./group-list";
import type { LiveHistory } from "./live-history";
import { MessageStream } from "./message-stream";
import { type Device, Model } from "./model";
import { loadTelemetry } from "./requests";
import { isNightlight } from "./rule-words";
import { Selection } from "./selection";
import { ServerNotice } from "./server-notice";
import { type ConnectionState, Stream } from "./stream";
import { UpdateDialog } from "./update-dialog";
import { UsbSetup } from "./usb-setup";

/** Connects the parts: events change the model, and the model is drawn once per frame. */

const model = new Model();
const notice = new ServerNotice();
const updateDialog = new UpdateDialog();
const card = new DeviceCard(requestShow, updateDialog);
const fleet = new FleetBox(updateDialog);
const selection = new Selection(requestShow);
const list = new DeviceList((id) => selection.open(id), requestShow);
const groups = new GroupList(openInSight, updateDialog);
const classPanel = new ClassPanel();
const attention = new AttentionList(openInSight);
const messages = new MessageStream(requestShow);
const columns = byId("columns", HTMLElement);
const empty = byId("empty", HTMLElement);

/**
 * Number of points to request for the live chart: more than a device may send in its time span
 * under the broker's limit.
 */
const RECENT_POINTS = 5_000;

let connection: ConnectionState = "connecting";
let opened: Device | undefined;
/** When the connection to the server was lost. The chart and all ages stop at that time. */
let awaySinceMs: number | undefined;
let frame: number | undefined;

const stream = new Stream("api/events", {
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

function openInSight(id: string): void {
  selection.open(id);
  // Scrolls to the card, because on a phone it is out of sight, below the groups.
  byId("device", HTMLElement).scrollIntoView({ block: "nearest" });
}

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
  const { devices } = model;
  const changes = model.takeChanges();
  // The look is set before anything is drawn, because the colours depend on it.
  const look = isNightlight(server.rule) ? "nightlight" : "plain";
  setAttribute(document.documentElement, "data-look", look);
  list.update(devices, model.groups, changes, server.rule, model.updates);
  attention.update(devices, changes);
  const nowMs = model.serverTimeMs(awaySinceMs ?? Date.now());
  fleet.show(model.updates, devices, nowMs, connection === "live");
  groups.update(model.groups, devices, changes, server);
  opened = selection.of(devices, list.firstId);
  list.open(opened?.view.id);
  stream.watch(list.watched);
  classPanel.show(model.hasTabs ? server.class : null, opened?.view.id, connection === "live");
  columns.dataset["devices"] = devices.size > 1 ? "many" : "one";
  empty.hidden = opened !== undefined || server.preparing !== null;
  messages.show(model.messages, opened?.view.id, devices.size);
  if (opened) {
    const { id } = opened.view;
    card.show(opened, server, model.rolesOf(id), model.updates.crashOf(id), connection === "live");
  } else card.hide();
  showTime();
}

/** Draws the parts of the page that change with time. */
function showTime(): void {
  if (!opened || !model.server) return;
  const nowMs = model.serverTimeMs(awaySinceMs ?? Date.now());
  const isLive = connection === "live";
  card.showTime(opened, model.server, model.updates, nowMs, isLive);
  const live = model.live?.id === opened.view.id ? model.live : follow(opened.view.id, nowMs);
  card.showChart(opened, live, model.server, nowMs, isLive);
}

/**
 * Starts the live history with the server's data. If the data can't be loaded, the history starts
 * with the next events.
 */
function follow(id: string, nowMs: number): LiveHistory {
  const live = model.follow(id);
  void loadTelemetry(id, nowMs - LIVE.ms, RECENT_POINTS)
    .catch(() => undefined)
    .then((view) => live.fill(view))
    .then(requestShow);
  return live;
}

function tick(): void {
  if (!document.hidden && connection === "live") showTime();
  setTimeout(tick, card.chartFrameMs);
}

new UsbSetup();
requestShow();
tick();

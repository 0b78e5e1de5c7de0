import type { DeviceView, GroupView } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";
import { filterAndSort } from "./device-order";
import { DeviceRow } from "./device-row";
import { byId, setText } from "./dom";
import { ListControls } from "./list-controls";
import type { Device, ModelChanges } from "./model";
import { NameOrder } from "./name-order";
import { rowWindow } from "./row-window";
import { UpdatesModel } from "./updates";
import { watchedIds } from "./watched";
import { titleOf } from "./words";

/**
 * Interval at which a changing order is updated, ms; never while the pointer or the focus is in the
 * list.
 */
const ARRANGE_MS = 1_000;

/**
 * The list from which a device is selected, shown if there is more than one device. There may be
 * thousands of devices.
 */
export class DeviceList {
  private readonly nav = byId("devices", HTMLElement);
  private readonly count = byId("devices-count", HTMLElement);
  private readonly none = byId("none-found", HTMLElement);
  private readonly scroll = byId("device-scroll", HTMLElement);
  private readonly list = byId("device-list", HTMLUListElement);
  private readonly controls: ListControls;
  /** Rows of the devices that have elements: those in sight and some around them. */
  private readonly rows = new Map<string, DeviceRow>();
  private devices = new Map<string, Device>();
  private groups = new Map<string, GroupView>();
  private rule: ServerRule | undefined;
  private updates = new UpdatesModel();
  /** `names`: all devices, sorted by name. `ids`: the devices that are shown, in their order. */
  private names = new NameOrder();
  private ids: string[] = [];
  private timer: number | undefined;
  private openId: string | undefined;
  private layout = { columns: 1, rowHeight: 50 };

  /** @param onSight called when the devices in sight have changed */
  constructor(
    private readonly onOpen: (id: string) => void,
    private readonly onSight: () => void,
  ) {
    this.controls = new ListControls(
      () => {
        this.scroll.scrollTop = 0;
        this.arrange();
      },
      () => {
        const [first] = this.ids;
        if (first !== undefined) this.onOpen(first);
      },
    );
    this.scroll.addEventListener(
      "scroll",
      () => {
        this.place();
        this.onSight();
      },
      { passive: true },
    );
    new ResizeObserver(() => {
      this.measure();
      this.place();
    }).observe(this.scroll);
  }

  get firstId(): string | undefined {
    return this.names.ids[0];
  }

  /** The devices whose values are shown or determine the order; null for all. */
  get watched(): string[] | null {
    if (this.controls.needsAllValues) return null;
    return watchedIds(this.rows.keys(), this.openId, this.groups.values());
  }

  /** Updates only what has changed: updating a thousand rows for each event would be too slow. */
  update(
    devices: Map<string, Device>,
    groups: Map<string, GroupView>,
    changes: ModelChanges,
    rule: ServerRule,
    updates: UpdatesModel,
  ): void {
    this.updates = updates;
    this.devices = devices;
    this.groups = groups;
    this.rule = rule;
    if (changes.all || changes.roster) {
      if (changes.all) this.names = new NameOrder();
      this.names.update(changes.all ? devices.keys() : changes.devices, (id) => {
        const device = devices.get(id);
        return device && titleOf(device.view);
      });
      const { length } = this.names.ids;
      this.nav.hidden = length < 2;
      this.controls.show(length, groups, rule);
      this.arrange();
    } else if (this.controls.isLively && changes.devices.size > 0) this.arrangeSoon();
    for (const id of changes.all ? this.rows.keys() : changes.devices) {
      const device = devices.get(id);
      if (device) this.rows.get(id)?.show(device, rule, updates.isOutdated(device.view));
    }
  }

  open(openId: string | undefined): void {
    if (openId === this.openId) return;
    this.rows.get(this.openId ?? "")?.mark(false);
    this.openId = openId;
    this.rows.get(openId ?? "")?.mark(true);
    this.reveal();
  }

  private arrangeSoon(): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      // If a row moved away from the pointer or the focus, a click would open another device.
      if (this.scroll.matches(":hover, :focus-within")) this.arrangeSoon();
      else this.arrange();
    }, ARRANGE_MS);
  }

  private arrange(): void {
    if (!this.rule) return;
    const viewOf = (id: string) => this.devices.get(id)?.view;
    const { choice } = this.controls;
    const isOutdated = (view: DeviceView) => this.updates.isOutdated(view);
    this.ids = filterAndSort(this.names.ids, viewOf, this.groups, this.rule, choice, isOutdated);
    const all = this.names.ids.length;
    setText(this.count, this.ids.length === all ? String(all) : `${this.ids.length} of ${all}`);
    this.none.hidden = this.ids.length > 0;
    this.place();
  }

  /** Creates elements for the rows in sight, and removes all others. */
  private place(): void {
    const { scrollTop, clientHeight: height } = this.scroll;
    const { first, end, above, below } = rowWindow(this.ids.length, {
      scrollTop,
      height,
      ...this.layout,
    });
    this.list.style.paddingBlock = `${above}px ${below}px`;
    const ids = this.ids.slice(first, end);
    const shown = new Set(ids);
    for (const [id, row] of this.rows)
      if (!shown.has(id)) {
        row.item.remove();
        this.rows.delete(id);
      }
    let next = this.list.firstElementChild;
    ids.forEach((id, i) => {
      const row = this.rows.get(id) ?? this.add(id);
      row.place(first + i + 1, this.ids.length);
      // Move an element only if its place has changed, because moving it loses the focus.
      if (next === row.item) next = row.item.nextElementSibling;
      else this.list.insertBefore(row.item, next);
    });
  }

  private add(id: string): DeviceRow {
    const row = new DeviceRow(id, this.onOpen);
    this.rows.set(id, row);
    const device = this.devices.get(id);
    if (device && this.rule) row.show(device, this.rule, this.updates.isOutdated(device.view));
    row.mark(id === this.openId);
    return row;
  }

  private measure(): void {
    const { gridTemplateColumns, rowGap } = getComputedStyle(this.list);
    const item = this.list.firstElementChild;
    if (!item || item.clientHeight === 0) return;
    this.layout = {
      columns: gridTemplateColumns.split(" ").length,
      rowHeight: item.getBoundingClientRect().height + parseFloat(rowGap),
    };
  }

  /**
   * Scrolls to the selected device. Scrolls the list only, while `scrollIntoView` would also move
   * the page.
   */
  private reveal(): void {
    const index = this.ids.indexOf(this.openId ?? "");
    if (index < 0) return;
    const { columns, rowHeight } = this.layout;
    const top = Math.floor(index / columns) * rowHeight;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop) this.scroll.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight)
      this.scroll.scrollTop = top + rowHeight - clientHeight;
  }
}

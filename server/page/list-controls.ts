import type { GroupView } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";
import type { ListChoice, SortOrder } from "./device-order";
import { byId, setText, textElement } from "./dom";
import { isNightlight } from "./rule-words";

/** Number of devices from which the controls are shown. A shorter list needs none. */
const CONTROLS_FROM = 11;

/** Search, filter and order of the device list. */
export class ListControls {
  private readonly box = byId("list-controls", HTMLElement);
  private readonly search = byId("search", HTMLInputElement);
  private readonly filter = byId("filter", HTMLSelectElement);
  private readonly groups = byId("filter-groups", HTMLOptGroupElement);
  private readonly sort = byId("sort", HTMLSelectElement);
  private readonly byValue = byId("sort-value", HTMLOptionElement);

  /** @param onEnter called when Enter is pressed in the search field */
  constructor(onChange: () => void, onEnter: () => void) {
    this.search.addEventListener("input", onChange);
    this.search.addEventListener("keydown", ({ key }) => {
      if (key === "Enter") onEnter();
    });
    this.filter.addEventListener("change", onChange);
    this.sort.addEventListener("change", onChange);
  }

  get choice(): ListChoice {
    return {
      search: this.search.value,
      filter: this.filter.value,
      sort: this.sort.value as SortOrder,
    };
  }

  /** Whether the filter or the order may change when a device reports. */
  get isLively(): boolean {
    return this.filter.value !== "all" || this.sort.value !== "name";
  }

  /** Whether the order depends on every device's values, not only on its status. */
  get needsAllValues(): boolean {
    return this.sort.value === "seen" || this.sort.value === "value";
  }

  show(deviceCount: number, groups: Map<string, GroupView>, rule: ServerRule): void {
    this.box.hidden = deviceCount < CONTROLS_FROM;
    if (this.box.hidden) {
      this.search.value = "";
      this.filter.value = "all";
      this.sort.value = "name";
    }
    setText(this.byValue, isNightlight(rule) ? "Darkest first" : "Lowest first");
    const ids = [...groups.keys()];
    const known = [...this.groups.children].map((option) => option.textContent);
    if (ids.join("\n") === known.join("\n")) return;
    const before = this.filter.value;
    this.groups.replaceChildren(
      ...ids.map((id) => {
        const option = textElement("option", "", id);
        option.value = `group ${id}`;
        return option;
      }),
    );
    this.groups.hidden = ids.length === 0;
    this.filter.value = before;
    if (this.filter.selectedIndex < 0) this.filter.value = "all";
  }
}

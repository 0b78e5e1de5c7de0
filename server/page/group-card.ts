import type { GroupView } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";
import { setAttribute, setText, textElement } from "./dom";
import {
  groupRuleWords,
  groupSideWords,
  holdWords,
  lostMembers,
  tallyWords,
  voteWords,
} from "./group-words";
import type { Device } from "./model";
import { listWords, sentence, sideWords, valueWords } from "./rule-words";
import type { UpdateDialog } from "./update-dialog";
import { takesUpdates } from "./updates";
import { countWords, onlineWords, titlesIn } from "./words";

/** Maximum number of lost members listed by name. If there are more, only their number is shown. */
const NAMED_MEMBERS = 5;

interface Row {
  item: HTMLElement;
  button: HTMLButtonElement;
  name: HTMLElement;
  state: HTMLElement;
}

/** One group: its decision and rule, each member's vote or loss, and its lights. */
export class GroupCard {
  readonly element = textElement("article", "group");
  private readonly side = textElement("span", "");
  private readonly tally = textElement("p", "tally");
  private readonly lost = textElement("p", "lost");
  private readonly rule = textElement("p", "muted");
  private readonly hold = textElement("p", "hold");
  private readonly details = document.createElement("details");
  private readonly members: Map<string, Row>;
  private readonly lights: Map<string, Row>;
  private readonly update = textElement("button", "small", "Update");

  constructor(
    private readonly group: GroupView,
    private readonly onOpen: (id: string) => void,
    updateDialog: UpdateDialog,
  ) {
    const title = textElement("h3", "", group.id);
    title.id = `group-${group.id}`;
    this.element.setAttribute("aria-labelledby", title.id);
    const bulb = textElement("span", "bulb");
    bulb.ariaHidden = "true";
    const decision = textElement("p", "decision");
    decision.role = "status";
    decision.append(bulb, this.side);
    const head = textElement("header", "");
    this.update.type = "button";
    this.update.ariaHasPopup = "dialog";
    this.update.ariaLabel = `Update group ${group.id}`;
    this.update.addEventListener("click", () =>
      updateDialog.open({ request: { group: group.id }, title: `group ${group.id}` }),
    );
    head.append(title, decision, this.tally, this.update);
    const members = group.members.map(({ id }) => id);
    this.members = this.rows(members);
    this.lights = this.rows(group.lights);
    this.details.append(
      textElement(
        "summary",
        "",
        `${countWords(members.length, "sensor")}, ${countWords(group.lights.length, "light")}`,
      ),
      section("Sensors", this.members),
      section("Lights", this.lights),
    );
    this.element.append(head, this.lost, this.hold, this.rule, this.details);
  }

  unfold(): void {
    this.details.open = true;
  }

  /** Whether the card has the same members and lights as the group. */
  fits(group: GroupView): boolean {
    const names = ({ members, lights }: GroupView) => [members.map(({ id }) => id), lights];
    return JSON.stringify(names(group)) === JSON.stringify(names(this.group));
  }

  isAbout(ids: Set<string>): boolean {
    for (const id of ids) if (this.lights.has(id)) return true;
    return false;
  }

  show(group: GroupView, devices: Map<string, Device>, rule: ServerRule): void {
    setAttribute(this.element, "data-led", ledName(group.on));
    const ids = [...this.members.keys(), ...this.lights.keys()];
    this.update.hidden = !ids.some((id) => takesUpdates(devices.get(id)?.view.state ?? null));
    setText(this.side, groupSideWords(rule, group));
    setText(this.tally, tallyWords(rule, group));
    const title = titlesIn(devices);
    setText(this.lost, lostWords(lostMembers(group).map(title)));
    setText(this.hold, holdWords(rule, group));
    setText(this.rule, `${groupRuleWords(rule, group.decide)}.`);
    for (const { id, value } of group.members) {
      const row = this.members.get(id);
      if (!row) continue;
      setText(row.name, title(id));
      setAttribute(row.item, "data-lost", String(value === null));
      const vote = value === null ? "" : voteWords(rule, group, value);
      const facts = value === null ? ["lost"] : [valueWords(rule, value), vote];
      setText(row.state, facts.filter(Boolean).join(" · "));
      row.button.disabled = !devices.has(id);
    }
    for (const [id, row] of this.lights) {
      setText(row.name, title(id));
      const view = devices.get(id)?.view;
      const on = view?.ledOn ?? null;
      const facts = view ? [sentence(sideWords(rule, on))] : ["not seen yet"];
      // A light that only receives commands never reports that it is online.
      if (view && !view.online && view.lastSeen !== null) facts.push(onlineWords(view));
      setAttribute(row.item, "data-led", ledName(on));
      setText(row.state, facts.join(" · "));
      row.button.disabled = !view;
    }
  }

  private rows(ids: string[]): Map<string, Row> {
    return new Map(
      ids.map((id) => {
        const item = document.createElement("li");
        const button = textElement("button", "link");
        button.type = "button";
        const name = textElement("bdi", "", id);
        button.title = id;
        button.append(name);
        button.addEventListener("click", () => this.onOpen(id));
        const state = textElement("span", "");
        item.append(button, " ", state);
        return [id, { item, button, name, state }];
      }),
    );
  }
}

function section(title: string, rows: Map<string, Row>): HTMLElement {
  const element = textElement("section", title.toLowerCase());
  const list = document.createElement("ul");
  list.append(...[...rows.values()].map(({ item }) => item));
  element.append(textElement("h4", "", title), list);
  return element;
}

function ledName(on: boolean | null): string {
  return on === null ? "unknown" : on ? "on" : "off";
}

function lostWords(ids: string[]): string {
  if (ids.length === 0) return "";
  return `Lost: ${ids.length > NAMED_MEMBERS ? `${ids.length} members` : listWords(ids)}`;
}

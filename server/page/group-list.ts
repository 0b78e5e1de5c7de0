import type { GroupView } from "../../src/common/api";
import { byId, setText } from "./dom";
import { GroupCard } from "./group-card";
import type { Device, ModelChanges, ServerFacts } from "./model";
import type { UpdateDialog } from "./update-dialog";

/** Maximum number of groups whose members are shown without unfolding. */
const UNFOLDED_GROUPS = 3;

/** The groups of sensors that decide together. Hidden if there are no groups. */
export class GroupList {
  private readonly section = byId("groups", HTMLElement);
  private readonly count = byId("groups-count", HTMLElement);
  private readonly list = byId("group-list", HTMLElement);
  private readonly cards = new Map<string, GroupCard>();

  constructor(
    private readonly onOpen: (id: string) => void,
    private readonly updateDialog: UpdateDialog,
  ) {}

  /** Updates only groups that have changed or contain a changed device. */
  update(
    groups: Map<string, GroupView>,
    devices: Map<string, Device>,
    changes: ModelChanges,
    server: ServerFacts,
  ): void {
    if (changes.all) this.place(groups, server);
    for (const [id, card] of this.cards) {
      const group = groups.get(id);
      const isOther =
        changes.all || changes.roster || changes.groups.has(id) || card.isAbout(changes.devices);
      if (group && isOther) card.show(group, devices, server.rule);
    }
  }

  private place(groups: Map<string, GroupView>, server: ServerFacts): void {
    // With --no-decide the server receives no votes, so every member would look lost.
    const shown = server.decides ? [...groups.values()] : [];
    this.section.hidden = shown.length === 0;
    setText(this.count, shown.length > 1 ? String(shown.length) : "");
    for (const [id, card] of this.cards)
      if (!shown.some((group) => group.id === id && card.fits(group))) {
        card.element.remove();
        this.cards.delete(id);
      }
    for (const group of shown) {
      const card = this.cards.get(group.id) ?? this.add(group);
      if (!card.element.isConnected) this.list.append(card.element);
    }
    if (this.cards.size > UNFOLDED_GROUPS) return;
    for (const card of this.cards.values()) card.unfold();
  }

  private add(group: GroupView): GroupCard {
    const card = new GroupCard(group, this.onOpen, this.updateDialog);
    this.cards.set(group.id, card);
    return card;
  }
}

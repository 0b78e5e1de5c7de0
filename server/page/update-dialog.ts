import type { UpdateRequest } from "../../src/common/update-api";
import { byId, setText } from "./dom";
import { EditDialog } from "./edit-dialog";
import { beginUpdate } from "./requests";

export interface UpdateQuestion {
  request: UpdateRequest;
  /** The devices in words, for example "Hall" or "group stadium". */
  title: string;
}

const ONE =
  "The server compiles its program for this device and sends it. The device then starts it, and measures nothing for about a second.";
const MANY =
  "The server compiles its program and sends it to one device first, then to a tenth, then to the rest. It stops at the first device that does not confirm the program.";

/** Asks for confirmation before devices get a new program. */
export class UpdateDialog {
  private readonly words = byId("update-words", HTMLElement);
  private readonly downgrade = byId("update-downgrade", HTMLInputElement);
  private readonly dialog = new EditDialog<UpdateQuestion>("update", {
    note: byId("edit-note", HTMLElement),
    titleOf: ({ title }) => title,
    act: async ({ request, title }) => {
      const downgrade = this.downgrade.checked;
      const { isJoined } = await beginUpdate({ ...request, ...(downgrade && { downgrade }) });
      return isJoined
        ? `An update of ${title} is already running.`
        : `The update of ${title} has begun.`;
    },
  });

  open(question: UpdateQuestion): void {
    this.downgrade.checked = false;
    setText(this.words, question.request.device === undefined ? MANY : ONE);
    this.dialog.open(question, `Update ${question.title}?`);
  }
}

import type { Fields } from "../../src/common/server-rule";
import { byId, setText } from "./dom";
import type { GroupRoles, ServerFacts } from "./model";
import { sendCommand } from "./requests";
import { commandWords, sentence } from "./rule-words";
import { overrideWords } from "./words";

/** The buttons that send the rule's commands manually. */
export class CommandButtons {
  private readonly note = byId("command-note", HTMLElement);
  private readonly on = new CommandButton("led-on", (command) => this.send(command));
  private readonly off = new CommandButton("led-off", (command) => this.send(command));
  private deviceId: string | undefined;

  constructor(private readonly onError: (message: string) => void) {}

  show(deviceId: string, { rule, decides }: ServerFacts, roles: GroupRoles): void {
    this.deviceId = deviceId;
    this.on.show(rule.on);
    this.off.show(rule.off);
    setText(this.note, overrideWords(decides, roles));
  }

  private async send(command: Fields): Promise<void> {
    if (this.deviceId === undefined) return;
    try {
      await sendCommand(this.deviceId, command);
      this.onError("");
    } catch (error) {
      const words = sentence(commandWords(command));
      this.onError(`“${words}” was not sent: ${(error as Error).message}`);
    }
  }
}

class CommandButton {
  private readonly button: HTMLButtonElement;
  private command: Fields | undefined;

  constructor(id: string, send: (command: Fields) => Promise<void>) {
    this.button = byId(id, HTMLButtonElement);
    this.button.addEventListener("click", () => {
      if (this.command) void send(this.command);
    });
  }

  show(command: Fields): void {
    this.command = command;
    setText(this.button, sentence(commandWords(command)));
  }
}

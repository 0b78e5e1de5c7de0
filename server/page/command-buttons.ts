import { byId, setText } from "./dom";
import { ledWords } from "./words";
import { sendCommand } from "./requests";

/** The buttons that send a command by hand. */
export class CommandButtons {
  private readonly note = byId("command-note", HTMLElement);
  private deviceId: string | undefined;

  constructor(private readonly onError: (message: string) => void) {
    for (const ledOn of [true, false])
      byId(ledOn ? "led-on" : "led-off", HTMLButtonElement).addEventListener("click", () => {
        if (this.deviceId !== undefined) void this.send(this.deviceId, ledOn);
      });
  }

  show(deviceId: string, decides: boolean): void {
    this.deviceId = deviceId;
    setText(
      this.note,
      decides
        ? "Sent once. The next decision, at the next reading, may override it."
        : "Sent once. It holds until another server or person commands otherwise.",
    );
  }

  private async send(id: string, ledOn: boolean): Promise<void> {
    try {
      await sendCommand(id, ledOn);
      this.onError("");
    } catch (error) {
      this.onError(`“${ledWords(ledOn)}” was not sent: ${(error as Error).message}`);
    }
  }
}

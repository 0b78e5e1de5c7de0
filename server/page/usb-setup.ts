import type { SettingChanges } from "../../boards/line/board-settings";
import type { ProgressStep } from "../../boards/line/connection-progress";
import { problemOf, setUpBoard } from "../../boards/line/set-up";
import { findMistakes } from "../../boards/line/setting-mistakes";
import { SETTING_NAMES, type SettingName } from "../../src/common/settings";
import { byId, setText, textElement } from "./dom";
import { findSerial, type OpenBoard, openBoard, type Serial } from "./web-serial";

/** The panel "Set up a Wio Terminal by USB". Its input is sent to the board and nowhere else. */
export class UsbSetup {
  private readonly form = byId("usb-form", HTMLFormElement);
  private readonly fields = byId("usb-fields", HTMLFieldSetElement);
  private readonly mistakes = byId("usb-mistakes", HTMLElement);
  private readonly steps = byId("usb-steps", HTMLElement);

  constructor() {
    const serial = findSerial();
    const unable = byId("usb-unable", HTMLElement);
    this.form.hidden = unable.hidden = true;
    if (typeof serial === "string") {
      unable.hidden = false;
      setText(unable, serial);
      return;
    }
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.start(serial);
    });
  }

  private async start(serial: Serial): Promise<void> {
    const changes = this.read();
    const lines = findMistakes(changes).map(({ line }) => line);
    if (Object.keys(changes).length === 0) lines.push("Fill in at least one field.");
    this.mistakes.replaceChildren(...lines.map((line) => textElement("li", "error", line)));
    this.steps.replaceChildren();
    if (lines.length > 0) return;
    this.fields.disabled = true;
    try {
      await this.setUp(serial, changes);
    } finally {
      this.fields.disabled = false;
    }
  }

  private async setUp(serial: Serial, changes: SettingChanges): Promise<void> {
    let opened: OpenBoard;
    try {
      opened = await openBoard(serial);
    } catch (error) {
      this.show({ text: refusal(error), isTrouble: true });
      return;
    }
    const { board, close } = opened;
    try {
      this.show({ text: "Waiting for the board.", isTrouble: false });
      await board.open();
      const { problem } = await setUpBoard(board, changes, (step) => this.show(step));
      this.show({ text: problem || "The nightlight is connected.", isTrouble: problem !== "" });
      if (problem === "") this.forgetPasswords();
    } catch (error) {
      this.show({ text: problemOf(error), isTrouble: true });
    } finally {
      await close();
    }
  }

  /**
   * Reads the form. An empty field leaves the board's setting unchanged, but a new network or user
   * name also replaces its password.
   */
  private read(): SettingChanges {
    const changes: SettingChanges = {};
    for (const name of SETTING_NAMES) {
      // The server creates this key when a board is set up by command.
      if (name === "UPDATE_KEY") continue;
      const value = this.input(name).value;
      if (value !== "") changes[name] = value;
    }
    if (changes.WIFI_SSID !== undefined) changes.WIFI_PWD ??= null;
    if (changes.MQTT_USER !== undefined) changes.MQTT_PWD ??= null;
    return changes;
  }

  private forgetPasswords(): void {
    for (const name of ["WIFI_PWD", "MQTT_PWD"] as const) this.input(name).value = "";
  }

  private input(name: SettingName): HTMLInputElement {
    return byId(`usb-${name}`, HTMLInputElement);
  }

  private show({ text, isTrouble }: ProgressStep): void {
    this.steps.append(textElement("li", isTrouble ? "error" : "", text));
  }
}

function refusal(error: unknown): string {
  const { name, message } = error as Partial<DOMException>;
  if (name === "NotFoundError") return "No board was chosen. Nothing was changed.";
  return `The port can't be opened: ${message ?? String(error)} Another program may be using it.`;
}

import type { ClassEvent, ClassView } from "../../src/common/api";

const RETRY_MS = 2_000;
/** The state without a teacher's settings. */
export const OWN_ROOM: ClassView = { light: null, networkCut: false };

/**
 * Receives the teacher's settings for this tab's devices from the server. If the server is gone,
 * the settings are reset: the class ends with its server.
 */
export class ClassSettings {
  constructor(
    private readonly onRoom: (room: ClassView) => void,
    private readonly onReset: (id: string) => void,
    private readonly onMayChange: (mayChange: boolean) => void,
  ) {
    this.open();
  }

  private open(): void {
    const url = new URL("device/class", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as ClassEvent;
      switch (event.kind) {
        case "room":
          this.onRoom(event.room);
          break;
        case "reset":
          this.onReset(event.device);
          break;
        case "program":
          this.onMayChange(event.mayChange);
          break;
      }
    });
    socket.addEventListener("close", () => {
      this.onRoom(OWN_ROOM);
      setTimeout(() => this.open(), RETRY_MS);
    });
  }
}

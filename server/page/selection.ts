import type { Device } from "./model";

const PREFIX = "#device=";

/** The selected device. Its id is in the URL, so that links and reloads work. */
export class Selection {
  private id = fromAddress();

  constructor(private readonly onChange: () => void) {
    window.addEventListener("hashchange", () => {
      this.id = fromAddress() ?? this.id;
      this.onChange();
    });
  }

  open(id: string): void {
    this.id = id;
    history.replaceState(null, "", `${PREFIX}${encodeURIComponent(id)}`);
    this.onChange();
  }

  /** Returns the chosen device, else a simulated one, else the first. */
  of(devices: Map<string, Device>, firstId: string | undefined): Device | undefined {
    const chosen = devices.get(this.id ?? "");
    if (chosen) return chosen;
    for (const device of devices.values()) if (device.view.simulated) return device;
    return devices.get(firstId ?? "");
  }
}

function fromAddress(): string | undefined {
  if (!location.hash.startsWith(PREFIX)) return undefined;
  try {
    return decodeURIComponent(location.hash.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}

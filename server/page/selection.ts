import type { Device } from "./model";

const PREFIX = "#device=";

/** Which device is opened. It stands in the address, so that one can link to it and reload. */
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

  /** The chosen one, else one that can be played with, else the first. */
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

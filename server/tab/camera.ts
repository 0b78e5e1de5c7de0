import { GONE, HIDDEN, INSECURE, lightOfPicture, refusalWords } from "./camera-light";

/** A picture is made that small first, in pixels: only its mean is wanted. */
const [WIDTH, HEIGHT] = [16, 12];
const PICTURE_INTERVAL_MS = 200;
/** The front one: a phone that lies on a table sees the ceiling. The least that a camera can do. */
const WANTED: MediaStreamConstraints = {
  video: { facingMode: "user", width: { ideal: 160 }, height: { ideal: 120 } },
};

/**
 * The camera as a light sensor. A picture is drawn over the last one, its brightness is taken, and
 * it goes nowhere else.
 */
export class Camera {
  isOn = false;
  private stream: MediaStream | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** @param onOff it is off, and why, in words; without any if a person has switched it off */
  constructor(
    private readonly onLight: (lightRaw: number) => void,
    private readonly onOff: (why: string) => void,
  ) {
    // The browser asks in front of the page, which some count as hidden: not before there is one.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.stream) this.off(HIDDEN);
    });
  }

  /** Asks for it. A person may take any time to answer, and may switch it off meanwhile. */
  on(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.open().catch((error: unknown) => this.off(refusalWords(error as Error)));
  }

  off(why = ""): void {
    if (!this.isOn) return;
    this.isOn = false;
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.onOff(why);
  }

  private async open(): Promise<void> {
    if (!isSecureContext) {
      this.off(INSECURE);
      return;
    }
    const stream = await navigator.mediaDevices.getUserMedia(WANTED);
    // Switched off, and perhaps on again, while the browser asked.
    if (!this.isOn || this.stream) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    for (const track of stream.getTracks()) track.onended = () => this.off(GONE);
    if (document.hidden) this.off(HIDDEN);
    else await this.watch(stream);
  }

  private async watch(stream: MediaStream): Promise<void> {
    const video = document.createElement("video");
    // Without these two a phone shows it over the whole screen, or not before a finger.
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    if (!paper) throw new Error("this browser draws no pictures");
    this.timer = setInterval(() => {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      paper.drawImage(video, 0, 0, WIDTH, HEIGHT);
      this.onLight(lightOfPicture(paper.getImageData(0, 0, WIDTH, HEIGHT).data));
    }, PICTURE_INTERVAL_MS);
    await video.play().catch((error: unknown) => {
      // Who switches it off at once ends that, too.
      if (this.stream === stream) throw error;
    });
  }
}

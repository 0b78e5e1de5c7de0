import { GONE, HIDDEN, INSECURE, lightOfPicture, refusalWords } from "./camera-light";

/** Size to which a picture is reduced, in pixels: only its mean is needed. */
const [WIDTH, HEIGHT] = [16, 12];
const PICTURE_INTERVAL_MS = 200;
/**
 * The front camera, because a phone on a table sees the ceiling with it; at the lowest resolution.
 */
const WANTED: MediaStreamConstraints = {
  video: { facingMode: "user", width: { ideal: 160 }, height: { ideal: 120 } },
};

/**
 * The camera as a light sensor. Each picture overwrites the last one; only its brightness is used,
 * and it is stored and sent nowhere.
 */
export class Camera {
  isOn = false;
  private stream: MediaStream | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param onOff called when the camera is switched off, with the reason; "" if a person switched
   * it off
   */
  constructor(
    private readonly onLight: (lightRaw: number) => void,
    private readonly onOff: (why: string) => void,
  ) {
    // While the browser asks for permission, it may report the page as hidden. So a hidden page
    // switches the camera off only once there is a stream.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.stream) this.off(HIDDEN);
    });
  }

  /**
   * Asks for permission to use the camera. A person may answer at any time, or switch the camera
   * off again before.
   */
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
    // The camera was switched off, and maybe on again, while the browser asked.
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
    // Without these two properties, a phone plays the video full-screen or only after a tap.
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    if (!paper) throw new Error("this browser can't draw pictures");
    this.timer = setInterval(() => {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      paper.drawImage(video, 0, 0, WIDTH, HEIGHT);
      this.onLight(lightOfPicture(paper.getImageData(0, 0, WIDTH, HEIGHT).data));
    }, PICTURE_INTERVAL_MS);
    await video.play().catch((error: unknown) => {
      // Switching the camera off also makes `play` fail.
      if (this.stream === stream) throw error;
    });
  }
}

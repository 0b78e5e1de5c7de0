import type { FromEmulator, FromPage } from "./messages";

/** The maximum number of console lines on the page. The oldest lines are dropped. */
const LINES_MAX = 500;
const SCREEN = { width: 320, height: 240 };

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const state = element("state", HTMLElement);
const led = element("led", HTMLElement);
const slider = element("light", HTMLInputElement);
const sliderValue = element("light-value", HTMLOutputElement);
const log = element("console", HTMLElement);
const noScreen = element("no-screen", HTMLElement);
const canvas = element("screen", HTMLCanvasElement).getContext("2d");
const lines: string[] = [];

const socket = new WebSocket(`ws://${location.host}/live`);
socket.binaryType = "arraybuffer";

function send(message: FromPage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function showConsole(added: readonly string[]): void {
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  lines.push(...added);
  lines.splice(0, Math.max(0, lines.length - LINES_MAX));
  log.textContent = lines.join("\n");
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function showPicture(bytes: ArrayBuffer): void {
  const rgb = new Uint8Array(bytes);
  const image = new ImageData(SCREEN.width, SCREEN.height);
  for (let pixel = 0; pixel < SCREEN.width * SCREEN.height; pixel++) {
    image.data.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    image.data[4 * pixel + 3] = 255;
  }
  canvas?.putImageData(image, 0, 0);
  noScreen.hidden = true;
}

socket.onopen = () => (document.body.dataset.connection = "live");
socket.onclose = () => {
  document.body.dataset.connection = "away";
  state.textContent = "The emulator has stopped.";
};
socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
  if (typeof data !== "string") {
    showPicture(data);
    return;
  }
  const message = JSON.parse(data) as FromEmulator;
  if (message.kind === "console") {
    showConsole(message.lines);
    return;
  }
  document.body.dataset.led = message.led ? "on" : "off";
  led.textContent = message.led ? "LED on" : "LED off";
  state.textContent =
    message.failure === undefined
      ? `Running: ${message.seconds.toFixed(1)} s of chip time.`
      : `Stopped: ${message.failure}`;
  if (document.activeElement !== slider) {
    slider.value = String(message.light);
    sliderValue.textContent = slider.value;
  }
};

slider.oninput = () => {
  sliderValue.textContent = slider.value;
  send({ kind: "light", light: Number(slider.value) });
};

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-button]")) {
  const name = button.dataset.button as Extract<FromPage, { kind: "button" }>["name"];
  const press = (pressed: boolean): void => {
    if (button.classList.contains("down") === pressed) return;
    button.classList.toggle("down", pressed);
    send({ kind: "button", name, pressed });
  };
  button.onpointerdown = (event) => {
    button.setPointerCapture(event.pointerId);
    press(true);
  };
  button.onpointerup = button.onpointercancel = button.onblur = () => press(false);
  button.onkeydown = ({ key }) => {
    if (key === " " || key === "Enter") press(true);
  };
  button.onkeyup = () => press(false);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-taps]"))
  button.onclick = () => send({ kind: "reset", taps: button.dataset.taps === "2" ? 2 : 1 });

const image = element("image", HTMLInputElement);
const imageResult = element("image-result", HTMLOutputElement);
image.onchange = () => {
  const [file] = image.files ?? [];
  if (file) void openImage(file);
};

async function openImage(file: File): Promise<void> {
  image.value = ""; // without this, choosing the same file again would fire no change event
  try {
    const address = `/image?name=${encodeURIComponent(file.name)}`;
    const answer = await fetch(address, { method: "POST", body: file });
    imageResult.textContent = answer.ok ? `${file.name} is running.` : await answer.text();
  } catch {
    imageResult.textContent = "The emulator does not answer.";
  }
}

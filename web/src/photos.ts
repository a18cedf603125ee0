// Photos made small on the device: at most 2,000 pixels a side, JPEG, without the place they were taken at.

export const LONGEST_SIDE = 2000;
const QUALITY = 0.82;

/** Width and height that keep the shape within the longest side. */
export function fitted(width: number, height: number): [number, number] {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Drawing on a canvas drops EXIF, and with it position and device. */
export async function shrunk(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fitted(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.drawImage(picture, 0, 0, width, height);
  picture.close();
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", QUALITY));
}

export function attach(element: HTMLElement): void {
  const input = element.querySelector<HTMLInputElement>("input[type=file]")!;
  const shots = element.querySelector<HTMLElement>("[data-shots]")!;
  const most = Number(element.dataset["most"] ?? 6);
  const kept: File[] = [];
  const draw = (): void => {
    const files = new DataTransfer();
    kept.forEach((file) => files.items.add(file));
    input.files = files.files;
    shots.replaceChildren(...kept.map((file, place) => {
      const figure = document.createElement("figure");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `× ${file.name}`);
      remove.addEventListener("click", () => { kept.splice(place, 1); draw(); });
      figure.append(image, remove);
      return figure;
    }));
    element.dispatchEvent(new CustomEvent("rt:photos", { detail: [...kept], bubbles: true }));
  };
  input.addEventListener("change", async () => {
    for (const file of [...(input.files ?? [])].slice(0, most - kept.length)) {
      const small = await shrunk(file).catch(() => file);
      kept.push(new File([small], file.name.replace(/\.\w+$/, ".jpg"), { type: small.type }));
    }
    draw();
  });
}

import { run } from "../build/tools";

/** The addresses of C symbols in a linked image. */
export class Symbols {
  private constructor(private readonly addresses: ReadonlyMap<string, number>) {}

  static async of(elf: string): Promise<Symbols> {
    const lines = (await run("arm-none-eabi-nm", [elf])).split("\n");
    const fields = lines.map((line) => line.split(" "));
    return new Symbols(
      new Map(fields.map(([address = "", , name = ""]) => [name, parseInt(address, 16)])),
    );
  }

  address(name: string): number {
    const address = this.addresses.get(name);
    if (address === undefined) throw new Error(`the image has no ${name}`);
    return address;
  }
}

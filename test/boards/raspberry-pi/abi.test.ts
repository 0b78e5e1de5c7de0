import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  chipInfo,
  chipLabel,
  GPIO_GET_CHIPINFO,
  GPIO_GET_LINE,
  GPIO_GET_LINEINFO,
  GPIO_GET_VALUES,
  GPIO_SET_VALUES,
  I2C_RDWR,
  i2cMessage,
  i2cTransfer,
  inputRequest,
  isActive,
  lineConsumer,
  lineDescriptor,
  lineInfo,
  lineValue,
  outputRequest,
  SPI_MESSAGE,
  SPI_SET_MODE,
  spiTransfer,
} from "../../../boards/raspberry-pi/abi";
import { folderForAll } from "../../support/folder";

/** A C program that prints numbers and structure layouts from the kernel's own headers. */
const SOURCE = `
#include <stdio.h>
#include <string.h>
#include <linux/gpio.h>
#include <linux/i2c.h>
#include <linux/i2c-dev.h>
#include <linux/spi/spidev.h>
#define NUMBER(name) printf(#name " %llu\\n", (unsigned long long)(name))
static void dump(const char *name, const void *data, size_t size) {
  printf("%s ", name);
  for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)data)[i]);
  printf("\\n");
}
#define CLEAR(type, name) struct type name; memset(&name, 0, sizeof name)
#define DUMP(name) dump(#name, &name, sizeof name)
int main(void) {
  NUMBER(I2C_RDWR);
  NUMBER(GPIO_GET_CHIPINFO_IOCTL);
  NUMBER(GPIO_V2_GET_LINEINFO_IOCTL);
  NUMBER(GPIO_V2_GET_LINE_IOCTL);
  NUMBER(GPIO_V2_LINE_GET_VALUES_IOCTL);
  NUMBER(GPIO_V2_LINE_SET_VALUES_IOCTL);
  NUMBER(SPI_IOC_MESSAGE(1));
  NUMBER(SPI_IOC_WR_MODE);
  CLEAR(i2c_msg, write);
  write.addr = 0x48; write.len = 3; write.buf = (unsigned char *)0x1122334455667788;
  DUMP(write);
  CLEAR(i2c_msg, read);
  read.addr = 0x04; read.flags = I2C_M_RD; read.len = 2; read.buf = (unsigned char *)0x10;
  DUMP(read);
  CLEAR(i2c_rdwr_ioctl_data, transfer);
  transfer.msgs = (struct i2c_msg *)0x99aabbccddeeff00; transfer.nmsgs = 2;
  DUMP(transfer);
  CLEAR(spi_ioc_transfer, exchange);
  exchange.tx_buf = 0x1122334455667788; exchange.rx_buf = 0x99aabbccddeeff00;
  exchange.len = 3; exchange.speed_hz = 1000000;
  DUMP(exchange);
  CLEAR(gpiochip_info, chip);
  strcpy(chip.name, "gpiochip0"); strcpy(chip.label, "pinctrl-rp1"); chip.lines = 54;
  DUMP(chip);
  CLEAR(gpio_v2_line_info, asked);
  asked.offset = 5;
  DUMP(asked);
  strcpy(asked.name, "GPIO5"); strcpy(asked.consumer, "lamp.py");
  dump("info", &asked, sizeof asked);
  CLEAR(gpio_v2_line_request, request);
  request.offsets[0] = 5; strcpy(request.consumer, "nightlight");
  request.config.flags = GPIO_V2_LINE_FLAG_OUTPUT; request.num_lines = 1;
  DUMP(request);
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
  dump("down", &request, sizeof request);
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW |
                         GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
  dump("up", &request, sizeof request);
  request.fd = 17;
  dump("opened", &request, sizeof request);
  CLEAR(gpio_v2_line_values, high);
  high.bits = 1; high.mask = 1;
  DUMP(high);
  CLEAR(gpio_v2_line_values, low);
  low.mask = 1;
  DUMP(low);
  return 0;
}
`;

describe("the kernel's interface", () => {
  const folder = folderForAll();
  const c = new Map<string, string>();

  beforeAll(() => {
    const [source, program] = [join(folder, "abi.c"), join(folder, "abi")];
    writeFileSync(source, SOURCE);
    execFileSync("gcc", ["-o", program, source]);
    for (const line of execFileSync(program, { encoding: "utf8" }).trim().split("\n")) {
      const [name = "", value = ""] = line.split(" ");
      c.set(name, value);
    }
  });

  it("has the numbers of the headers", () => {
    expect({
      I2C_RDWR: c.get("I2C_RDWR"),
      GPIO_GET_CHIPINFO_IOCTL: c.get("GPIO_GET_CHIPINFO_IOCTL"),
      GPIO_V2_GET_LINEINFO_IOCTL: c.get("GPIO_V2_GET_LINEINFO_IOCTL"),
      GPIO_V2_GET_LINE_IOCTL: c.get("GPIO_V2_GET_LINE_IOCTL"),
      GPIO_V2_LINE_GET_VALUES_IOCTL: c.get("GPIO_V2_LINE_GET_VALUES_IOCTL"),
      GPIO_V2_LINE_SET_VALUES_IOCTL: c.get("GPIO_V2_LINE_SET_VALUES_IOCTL"),
      "SPI_IOC_MESSAGE(1)": c.get("SPI_IOC_MESSAGE(1)"),
      SPI_IOC_WR_MODE: c.get("SPI_IOC_WR_MODE"),
    }).toEqual({
      I2C_RDWR: String(I2C_RDWR),
      GPIO_GET_CHIPINFO_IOCTL: String(GPIO_GET_CHIPINFO),
      GPIO_V2_GET_LINEINFO_IOCTL: String(GPIO_GET_LINEINFO),
      GPIO_V2_GET_LINE_IOCTL: String(GPIO_GET_LINE),
      GPIO_V2_LINE_GET_VALUES_IOCTL: String(GPIO_GET_VALUES),
      GPIO_V2_LINE_SET_VALUES_IOCTL: String(GPIO_SET_VALUES),
      "SPI_IOC_MESSAGE(1)": String(SPI_MESSAGE),
      SPI_IOC_WR_MODE: String(SPI_SET_MODE),
    });
  });

  it("has the structures of the I2C header", () => {
    const at = 0x1122334455667788n;
    const write = i2cMessage(8, { address: 0x48, isRead: false, length: 3, at });
    expect(write.toString("hex")).toBe(c.get("write"));
    const read = i2cMessage(8, { address: 0x04, isRead: true, length: 2, at: 0x10n });
    expect(read.toString("hex")).toBe(c.get("read"));
    expect(i2cTransfer(8, 0x99aabbccddeeff00n, 2).toString("hex")).toBe(c.get("transfer"));
  });

  it("has the structure of the SPI header", () => {
    const at = { writeAt: 0x1122334455667788n, readAt: 0x99aabbccddeeff00n };
    const transfer = spiTransfer({ ...at, length: 3, speedHz: 1_000_000 });
    expect(transfer.toString("hex")).toBe(c.get("exchange"));
  });

  it("has pointers of four bytes on a 32-bit system", () => {
    const message = i2cMessage(4, { address: 0x04, isRead: true, length: 2, at: 0x11223344n });
    expect(message.toString("hex")).toBe("04000100" + "02000000" + "44332211");
    expect(i2cTransfer(4, 0x11223344n, 2).toString("hex")).toBe("44332211" + "02000000");
  });

  it("has the structures of the GPIO header, and reads the kernel's answers in them", () => {
    const chip = Buffer.from(c.get("chip") ?? "", "hex");
    expect(chip).toHaveLength(chipInfo().length);
    expect(chipLabel(chip)).toBe("pinctrl-rp1");
    expect(lineInfo(5).toString("hex")).toBe(c.get("asked"));
    expect(lineConsumer(Buffer.from(c.get("info") ?? "", "hex"))).toBe("lamp.py");
    expect(outputRequest(5, "nightlight").toString("hex")).toBe(c.get("request"));
    expect(inputRequest(5, "nightlight", "high").toString("hex")).toBe(c.get("down"));
    expect(inputRequest(5, "nightlight", "low").toString("hex")).toBe(c.get("up"));
    expect([isActive(lineValue(true)), isActive(lineValue(false))]).toEqual([true, false]);
    expect(lineDescriptor(Buffer.from(c.get("opened") ?? "", "hex"))).toBe(17);
    expect(lineValue(true).toString("hex")).toBe(c.get("high"));
    expect(lineValue(false).toString("hex")).toBe(c.get("low"));
  });

  it("truncates a name that is too long, and ends it as a C string", () => {
    const request = outputRequest(0, "n".repeat(40));
    expect(request.subarray(256, 288).toString()).toBe("n".repeat(31) + "\0");
  });
});

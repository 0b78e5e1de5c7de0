/*
 * The wires to the display: SERCOM7 as an SPI host (DS60001507, SERCOM SPI) and four pins of PORT.
 * DOPO has the value that Arduino and TinyGo use; Zephyr's value differs.
 *
 * No timer reaches the backlight's pin (adafruit/circuitpython ports/atmel-samd, pins of the
 * SAMD51), so the backlight can't be dimmed. The picture is drawn darker instead.
 */
#include "panel.h"

#include "clocks.h"
#include "pins.h"
#include "registers.h"

#define SERCOM7_CTRLA REGISTER32(0x43000c00)
#define SERCOM7_CTRLB REGISTER32(0x43000c04)
#define SERCOM7_BAUD REGISTER8(0x43000c0c)
#define SERCOM7_INTFLAG REGISTER8(0x43000c18)
#define SERCOM7_SYNCBUSY REGISTER32(0x43000c1c)
#define SERCOM7_DATA REGISTER32(0x43000c28)
enum { SPI_CTRLA_SWRST = 1, SPI_CTRLA_ENABLE = 2, SPI_CTRLA_HOST = 3 << 2 };
/* The pins: data on pad 3, clock on pad 1. */
enum { SPI_CTRLA_DOPO_2 = 2 << 16, SPI_CTRLA_DIPO_2 = 2 << 20 };
enum { SPI_INTFLAG_DRE = 1, SPI_INTFLAG_TXC = 2 };

/* 48 MHz / (2 × (BAUD + 1)) = 24 MHz, the slowest rate in other software for this board. */
enum { SPI_BAUD_24MHZ = 0 };

#define DATA PIN(PIN_PORT_B, 19)
#define CLOCK PIN(PIN_PORT_B, 20)
#define SELECT PIN(PIN_PORT_B, 21)
#define IS_DATA PIN(PIN_PORT_C, 6)
#define RESET PIN(PIN_PORT_C, 7)
#define BACKLIGHT PIN(PIN_PORT_C, 5)

static void settle(void) { WAIT_FOR(SERCOM7_SYNCBUSY == 0, "the display SPI"); }

void panel_init(void) {
  pin_output(BACKLIGHT, false);
  pin_output(RESET, false);
  pin_output(SELECT, true);
  pin_output(IS_DATA, true);
  pin_give(DATA, PIN_FUNCTION_D);
  pin_give(CLOCK, PIN_FUNCTION_D);
  clock_bus_enable(CLOCK_BUS_APBD, 3); /* SERCOM7 */
  clock_peripheral(CLOCK_CHANNEL_SERCOM7, CLOCK_GENERATOR_48MHZ);
  SERCOM7_CTRLA = SPI_CTRLA_SWRST;
  settle();
  SERCOM7_CTRLA =
      SPI_CTRLA_HOST | SPI_CTRLA_DOPO_2 | SPI_CTRLA_DIPO_2; /* mode 0, most significant bit first */
  SERCOM7_CTRLB = 0; /* 8 bits; received bytes are not read */
  settle();
  SERCOM7_BAUD = SPI_BAUD_24MHZ;
  SERCOM7_CTRLA |= SPI_CTRLA_ENABLE;
  settle();
}

void panel_reset(bool held) { pin_set(RESET, !held); }

static void send(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    WAIT_FOR(SERCOM7_INTFLAG & SPI_INTFLAG_DRE, "the display SPI to take a byte");
    SERCOM7_DATA = bytes[i];
  }
}

/* Blocks until the last bit is sent. The pins must not change before that. */
static void finish(void) {
  WAIT_FOR(SERCOM7_INTFLAG & SPI_INTFLAG_TXC, "the display SPI to finish");
}

void panel_command(uint8_t command, const uint8_t *parameters, size_t length) {
  pin_set(SELECT, false);
  pin_set(IS_DATA, false);
  send(&command, 1);
  finish();
  pin_set(IS_DATA, true);
  if (length > 0) {
    send(parameters, length);
    finish();
  }
  pin_set(SELECT, true);
}

void panel_pixels(const uint8_t *bytes, size_t length) {
  pin_set(SELECT, false);
  send(bytes, length);
  finish();
  pin_set(SELECT, true);
}

/*
 * Always false, because panel_pixels returns only after all bytes are sent. A tile takes a
 * millisecond.
 */
bool panel_is_busy(void) { return false; }

void panel_backlight(bool on) { pin_set(BACKLIGHT, on); }

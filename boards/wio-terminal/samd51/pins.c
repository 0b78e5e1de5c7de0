/* DS60001507, PORT. */
#include "pins.h"

#include "registers.h"

#define PORT_DIRCLR(port) REGISTER32(0x41008004 + 0x80 * (port))
#define PORT_DIRSET(port) REGISTER32(0x41008008 + 0x80 * (port))
#define PORT_OUTCLR(port) REGISTER32(0x41008014 + 0x80 * (port))
#define PORT_OUTSET(port) REGISTER32(0x41008018 + 0x80 * (port))
#define PORT_IN(port) REGISTER32(0x41008020 + 0x80 * (port))
#define PORT_PMUX(port, n) REGISTER8(0x41008030 + 0x80 * (port) + (n))
#define PORT_PINCFG(port, n) REGISTER8(0x41008040 + 0x80 * (port) + (n))
enum { PINCFG_PMUXEN = 1, PINCFG_INEN = 2, PINCFG_PULLEN = 4 };

static uint32_t mask_of(unsigned pin) { return 1u << pin % 32; }

void pin_output(unsigned pin, bool high) {
  pin_set(pin, high);
  PORT_PINCFG(pin / 32, pin % 32) = 0;
  PORT_DIRSET(pin / 32) = mask_of(pin);
}

void pin_set(unsigned pin, bool high) {
  if (high) PORT_OUTSET(pin / 32) = mask_of(pin);
  else PORT_OUTCLR(pin / 32) = mask_of(pin);
}

void pin_input(unsigned pin) {
  PORT_DIRCLR(pin / 32) = mask_of(pin);
  PORT_OUTSET(pin / 32) = mask_of(pin); /* selects the pull-up, not the pull-down */
  PORT_PINCFG(pin / 32, pin % 32) = PINCFG_INEN | PINCFG_PULLEN;
}

bool pin_read(unsigned pin) { return (PORT_IN(pin / 32) & mask_of(pin)) != 0; }

void pin_give(unsigned pin, pin_function function) {
  const unsigned shift = pin % 2 * 4;
  const unsigned kept = PORT_PMUX(pin / 32, pin % 32 / 2) & (0xf0u >> shift);
  PORT_PMUX(pin / 32, pin % 32 / 2) = (uint8_t)(kept | (unsigned)function << shift);
  PORT_PINCFG(pin / 32, pin % 32) = PINCFG_PMUXEN | PINCFG_INEN;
}

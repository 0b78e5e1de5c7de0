/*
 * Switches from the bootloader's clocks (48 MHz from the DFLL) to 120 MHz from DPLL0, in the proven
 * order of the known cores for this board: Seeed-Studio/ArduinoCore-samd cores/arduino/startup.c,
 * tinygo-org/tinygo src/runtime/runtime_atsamd51.go. Registers: DS60001507, GCLK, MCLK and OSCCTRL.
 */
#include "clocks.h"

#include "registers.h"

#define GCLK_CTRLA REGISTER8(0x40001c00)
#define GCLK_SYNCBUSY REGISTER32(0x40001c04)
#define GCLK_GENCTRL(n) REGISTER32(0x40001c20 + 4 * (n))
#define GCLK_PCHCTRL(n) REGISTER32(0x40001c80 + 4 * (n))
enum { GCLK_SWRST = 1 };
enum { GENCTRL_GENEN = 1 << 8, GENCTRL_IDC = 1 << 9, GENCTRL_DIV_BIT = 16 };
enum { SOURCE_OSCULP32K = 4, SOURCE_DFLL = 6, SOURCE_DPLL0 = 7 };
enum { PCHCTRL_CHEN = 1 << 6 };

#define MCLK_CPUDIV REGISTER8(0x40000805)
#define MCLK_MASK(bus) REGISTER32(0x40000800 + (bus))

#define OSCCTRL_STATUS REGISTER32(0x40001010)
#define OSCCTRL_DFLLCTRLA REGISTER8(0x4000101c)
#define OSCCTRL_DFLLCTRLB REGISTER8(0x40001020)
#define OSCCTRL_DFLLVAL REGISTER32(0x40001024)
#define OSCCTRL_DFLLMUL REGISTER32(0x40001028)
#define OSCCTRL_DFLLSYNC REGISTER8(0x4000102c)
#define OSCCTRL_DPLLCTRLA REGISTER8(0x40001030)
#define OSCCTRL_DPLLRATIO REGISTER32(0x40001034)
#define OSCCTRL_DPLLCTRLB REGISTER32(0x40001038)
#define OSCCTRL_DPLLSYNCBUSY REGISTER32(0x4000103c)
#define OSCCTRL_DPLLSTATUS REGISTER32(0x40001040)
enum { STATUS_DFLLRDY = 1 << 8 };
enum { DFLL_ENABLE = 1 << 1, DFLL_USBCRM = 1 << 3, DFLL_CCDIS = 1 << 4, DFLL_WAITLOCK = 1 << 7 };
enum { DFLLMUL_STEPS = 1 << 26 | 1 << 16 };
enum { DPLL_ENABLE = 1 << 1, DPLL_LBYPASS = 1 << 11, DPLL_LOCK = 1 << 0, DPLL_CLKRDY = 1 << 1 };

/* DPLL0 multiplies 1 MHz by (119 + 1). */
enum { DPLL_RATIO = CLOCK_CORE_HZ / 1000000 - 1 };

static void generate(clock_generator generator, uint32_t source, uint32_t divisor) {
  const uint32_t exact_duty = divisor % 2 == 1 ? GENCTRL_IDC : 0;
  GCLK_GENCTRL(generator) = divisor << GENCTRL_DIV_BIT | source | GENCTRL_GENEN | exact_duty;
  WAIT_FOR(!(GCLK_SYNCBUSY & 1u << (2 + generator)), "a clock generator");
}

/*
 * Starts the DFLL in open loop with the factory's calibration, corrected by USB frames if there are
 * any. With and without frames, the clock is precise enough for the UARTs. No source says whether
 * USBCRM works without MODE.
 */
static void start_dfll(void) {
  OSCCTRL_DFLLCTRLA = 0;
  OSCCTRL_DFLLMUL = DFLLMUL_STEPS;
  WAIT_FOR(OSCCTRL_DFLLSYNC == 0, "the DFLL multiplier");
  OSCCTRL_DFLLCTRLB = 0;
  WAIT_FOR(OSCCTRL_DFLLSYNC == 0, "the DFLL mode");
  OSCCTRL_DFLLCTRLA = DFLL_ENABLE;
  WAIT_FOR(OSCCTRL_DFLLSYNC == 0, "the DFLL to start");
  /*
   * Erratum, handled by all known cores: the value takes effect only if it is written after the
   * start.
   */
  OSCCTRL_DFLLVAL = OSCCTRL_DFLLVAL;
  WAIT_FOR(OSCCTRL_DFLLSYNC == 0, "the DFLL value");
  OSCCTRL_DFLLCTRLB = DFLL_WAITLOCK | DFLL_CCDIS | DFLL_USBCRM;
  WAIT_FOR(OSCCTRL_STATUS & STATUS_DFLLRDY, "the DFLL to lock");
}

static void start_dpll(void) {
  clock_peripheral(CLOCK_CHANNEL_DPLL0, CLOCK_GENERATOR_1MHZ);
  OSCCTRL_DPLLRATIO = DPLL_RATIO;
  WAIT_FOR(OSCCTRL_DPLLSYNCBUSY == 0, "the DPLL ratio");
  /* Erratum: the lock signal is unstable, so the clock output does not depend on it. */
  OSCCTRL_DPLLCTRLB = DPLL_LBYPASS;
  OSCCTRL_DPLLCTRLA = DPLL_ENABLE;
  WAIT_FOR(OSCCTRL_DPLLSYNCBUSY == 0, "the DPLL to start");
  const uint32_t ready = DPLL_LOCK | DPLL_CLKRDY;
  WAIT_FOR((OSCCTRL_DPLLSTATUS & ready) == ready, "the DPLL to lock");
}

void clocks_init(void) {
  GCLK_CTRLA = GCLK_SWRST;
  WAIT_FOR(!(GCLK_SYNCBUSY & GCLK_SWRST), "the clock controller to reset");
  /* The core must not run from the DFLL while the DFLL restarts. */
  generate(CLOCK_GENERATOR_CORE, SOURCE_OSCULP32K, 1);
  start_dfll();
  generate(CLOCK_GENERATOR_CORE, SOURCE_DFLL, 1);
  generate(CLOCK_GENERATOR_1MHZ, SOURCE_DFLL, CLOCK_PERIPHERAL_HZ / 1000000);
  start_dpll();
  generate(CLOCK_GENERATOR_48MHZ, SOURCE_DFLL, 1);
  generate(CLOCK_GENERATOR_16MHZ, SOURCE_DFLL, CLOCK_PERIPHERAL_HZ / 16000000);
  MCLK_CPUDIV = 1;
  /* The hardware chooses the flash's wait states: NVMCTRL.CTRLA.AUTOWS is set at reset. */
  generate(CLOCK_GENERATOR_CORE, SOURCE_DPLL0, 1);
}

void clock_peripheral(clock_channel channel, clock_generator generator) {
  GCLK_PCHCTRL(channel) = 0;
  WAIT_FOR(!(GCLK_PCHCTRL(channel) & PCHCTRL_CHEN), "a peripheral clock to stop");
  GCLK_PCHCTRL(channel) = generator | PCHCTRL_CHEN;
  WAIT_FOR(GCLK_PCHCTRL(channel) & PCHCTRL_CHEN, "a peripheral clock to start");
}

void clock_bus_enable(clock_bus bus, unsigned bit) { MCLK_MASK(bus) |= 1u << bit; }

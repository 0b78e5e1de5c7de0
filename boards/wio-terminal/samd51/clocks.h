/* Clocks: 120 MHz for the core, and generators for the peripherals. */
#ifndef CLOCKS_H
#define CLOCKS_H

#include <stdint.h>

enum { CLOCK_CORE_HZ = 120000000, CLOCK_PERIPHERAL_HZ = 48000000 };

/* The generators that run after clocks_init. */
typedef enum {
  CLOCK_GENERATOR_CORE = 0,
  CLOCK_GENERATOR_48MHZ = 1,
  CLOCK_GENERATOR_1MHZ = 5,
  CLOCK_GENERATOR_16MHZ = 6
} clock_generator;

/* Peripheral channels of the generic clock controller: GCLK_ID of the instance headers. */
typedef enum {
  CLOCK_CHANNEL_DFLL = 0,
  CLOCK_CHANNEL_DPLL0 = 1,
  CLOCK_CHANNEL_SERCOM0 = 7,
  CLOCK_CHANNEL_TC0_TC1 = 9,
  CLOCK_CHANNEL_USB = 10,
  CLOCK_CHANNEL_SERCOM2 = 23,
  CLOCK_CHANNEL_SERCOM7 = 37,
  CLOCK_CHANNEL_ADC1 = 41
} clock_channel;

/* The mask registers of the main clock controller, by their offsets. */
typedef enum {
  CLOCK_BUS_AHB = 0x10,
  CLOCK_BUS_APBA = 0x14,
  CLOCK_BUS_APBB = 0x18,
  CLOCK_BUS_APBC = 0x1c,
  CLOCK_BUS_APBD = 0x20
} clock_bus;

void clocks_init(void);

/* Gives a peripheral its clock, at any time after clocks_init. */
void clock_peripheral(clock_channel channel, clock_generator generator);

/* Enables the bus clock of a peripheral. */
void clock_bus_enable(clock_bus bus, unsigned bit);

#endif

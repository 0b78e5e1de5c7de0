/* Clocks: 120 MHz for the core, and generators for what the peripherals need. */
#ifndef CLOCKS_H
#define CLOCKS_H

#include <stdint.h>

enum { CORE_HZ = 120000000, PERIPHERAL_HZ = 48000000 };

/* Generators that run once clocks_init has returned. */
typedef enum {
  GENERATOR_CORE = 0,
  GENERATOR_48MHZ = 1,
  GENERATOR_1MHZ = 5,
  GENERATOR_16MHZ = 6
} clock_generator;

/* Peripheral channels of the generic clock controller: GCLK_ID of the instance headers. */
typedef enum {
  CHANNEL_DFLL = 0,
  CHANNEL_DPLL0 = 1,
  CHANNEL_SERCOM0 = 7,
  CHANNEL_TC0_TC1 = 9,
  CHANNEL_USB = 10,
  CHANNEL_SERCOM2 = 23,
  CHANNEL_SERCOM7 = 37,
  CHANNEL_ADC1 = 41
} clock_channel;

/* Masks of the main clock controller, by the offset of its register. */
typedef enum {
  BUS_AHB = 0x10,
  BUS_APBA = 0x14,
  BUS_APBB = 0x18,
  BUS_APBC = 0x1c,
  BUS_APBD = 0x20
} clock_bus;

void clocks_init(void);

/* Gives a peripheral its clock, at any time after clocks_init. */
void clock_peripheral(clock_channel channel, clock_generator generator);

/* Lets a bus reach a peripheral. */
void clock_bus_enable(clock_bus bus, unsigned bit);

#endif

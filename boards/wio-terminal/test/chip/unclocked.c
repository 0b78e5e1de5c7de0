/* Uses a peripheral before its clocks are on, a mistake that is hard to find on hardware. */
#include "program.h"

#define SERCOM0_CTRLA REGISTER(0x40003000)
#define MCLK_APBAMASK REGISTER(0x40000814)

void program(void) {
#ifdef WITH_BUS_CLOCK
  MCLK_APBAMASK |= 1u << 12;
#endif
  SERCOM0_CTRLA = 1;
}

/* Stores into memory that the MPU closes, which is a fault with an address. */
#include "program.h"

#define SHCSR REGISTER(0xe000ed24)
#define CFSR REGISTER(0xe000ed28)
#define MMFAR REGISTER(0xe000ed34)
#define MPU_CTRL REGISTER(0xe000ed94)
#define MPU_RNR REGISTER(0xe000ed98)
#define MPU_RBAR REGISTER(0xe000ed9c)
#define MPU_RASR REGISTER(0xe000eda0)
#define AIRCR REGISTER(0xe000ed0c)

void memory_handler(void) {
  results[0] = CFSR;
  results[1] = MMFAR;
  results[10] = 1;
  for (;;) __asm volatile("wfi");
}

void program(void) {
  SHCSR |= 1u << 16;
  MPU_RNR = 0;
  MPU_RBAR = 0x1fff0000;
  MPU_RASR = 1u << 28 | 15u << 1 | 1u;
  MPU_CTRL = 5;
  __asm volatile("dsb\nisb");
  REGISTER(0x1ffffff0) = 1;
}

/* DS60001507: TRNG, and the serial number in the chapter on memories. */
#include "identity.h"

#include "clocks.h"
#include "registers.h"

#define TRNG_CTRLA REGISTER8(0x42002800)
#define TRNG_INTFLAG REGISTER8(0x4200280a)
#define TRNG_DATA REGISTER32(0x42002820)
enum { TRNG_ENABLE = 2, TRNG_DATARDY = 1 };

void random_init(void) {
  clock_bus_enable(CLOCK_BUS_APBC, 10); /* TRNG */
  TRNG_CTRLA = TRNG_ENABLE;
}

/* The TRNG makes a new word every 84 cycles of its bus clock. */
void random_bytes(uint8_t *into, size_t length) {
  uint32_t word = 0;
  for (size_t i = 0; i < length; i++, word >>= 8) {
    if (i % sizeof word == 0) {
      WAIT_FOR(TRNG_INTFLAG & TRNG_DATARDY, "random numbers");
      word = TRNG_DATA;
    }
    into[i] = (uint8_t)word;
  }
}

/* Hashes the 128 bits to 64 with FNV-1a, because no 64 of them are documented as unique. */
uint64_t serial_number(void) {
  static const uintptr_t words[] = {0x008061fc, 0x00806010, 0x00806014, 0x00806018};
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned i = 0; i < 16; i++) {
    hash = (hash ^ (REGISTER32(words[i / 4]) >> i % 4 * 8 & 0xff)) * 0x100000001b3u;
  }
  return hash;
}

#include "address.h"

#include <string.h>

uint32_t address_parse(const char *host) {
  uint8_t bytes[4];
  for (unsigned part = 0; part < 4; part++) {
    unsigned value = 0, digits = 0;
    for (; *host >= '0' && *host <= '9' && digits < 3; digits++) {
      value = value * 10 + (unsigned)(*host++ - '0');
    }
    if (digits == 0 || value > 255 || *host != (part < 3 ? '.' : 0)) return 0;
    bytes[part] = (uint8_t)value;
    host++;
  }
  uint32_t address;
  memcpy(&address, bytes, sizeof address);
  return address;
}

/* Reads an address at which the chip has no memory or register. */
#include "program.h"

void program(void) { results[0] = REGISTER(0x30000000); }

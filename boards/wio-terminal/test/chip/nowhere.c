/* A read where the chip has nothing. */
#include "program.h"

void program(void) { results[0] = REGISTER(0x30000000); }

/* A register that the datasheet does not have. */
#include "program.h"

void program(void) { REGISTER(0x40000c08) = 1; }

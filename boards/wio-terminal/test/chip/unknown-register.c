/* Writes a register that the datasheet does not describe. */
#include "program.h"

void program(void) { REGISTER(0x40000c08) = 1; }

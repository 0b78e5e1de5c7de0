/* What the small programs that try the emulated chip share. Each image begins at 0x4000. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Read by the test when the program sleeps for good. */
extern volatile uint32_t results[16];

void program(void);
void systick_handler(void);
void sercom0_handler(void);
void supervisor_handler(void);
void memory_handler(void);

#endif

/* Shared by the small programs that test the emulated chip. Each image begins at 0x4000. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* The test reads the results when the program sleeps at its end. */
extern volatile uint32_t results[16];

void program(void);
void systick_handler(void);
void sercom0_handler(void);
void supervisor_handler(void);
void memory_handler(void);

#endif

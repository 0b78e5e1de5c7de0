/* Lines of text for a person, and the few conversions they need. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>

/* Writes the pieces and a line end. The last argument is a null pointer. */
__attribute__((sentinel)) void console_line(const char *first, ...);

/* Gives `reader` a copy of all output from now on, in pieces; "\n" ends a line. */
void console_copy_to(void (*reader)(const char *text, size_t length));

/* Text of a number, in storage that three further calls leave alone. */
const char *console_number(int64_t value);
const char *console_hex(uint32_t value);

#endif

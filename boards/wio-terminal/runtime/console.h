/* Writes log lines, and converts numbers to text for them. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>

/* Writes the pieces as one line. The last argument is a null pointer. */
__attribute__((sentinel)) void console_line(const char *first, ...);

/* Sets the function that gets a copy of all later output, in pieces; "\n" ends a line. */
void console_copy_to(void (*reader)(const char *text, size_t length));

/* A number as text. The text stays valid during three further calls. */
const char *console_number(int64_t value);
const char *console_hex(uint32_t value);

#endif

/* IPv4 addresses as text. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdint.h>

/* Parses four numbers with dots. Returns the address in network order, or 0 for any other text. */
uint32_t address_parse(const char *host);

#endif

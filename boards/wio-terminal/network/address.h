/* IPv4 addresses as text. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdint.h>

/* The address in four numbers with dots, in network order; 0 for anything else, as a name is. */
uint32_t address_parse(const char *host);

#endif

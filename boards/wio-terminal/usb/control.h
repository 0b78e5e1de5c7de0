/* Control transfers: USB 2.0, sections 8.5.3 and 9.4. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>

/* The host has chosen the configuration: the serial port is there. */
bool control_is_configured(void);

#endif

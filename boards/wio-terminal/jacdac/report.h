/* What the board's device says on the bus: reports and events of its services. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

/* In place of a service's index: acknowledges the command whose CRC is given as the command. */
enum { REPORT_ACKNOWLEDGE = 0x3f };

/* `device` is the sender of all that follows. */
void report_init(uint64_t device);

void report_send(uint8_t service, uint16_t command, const void *payload, uint8_t length);

/* Events are numbered, so that a receiver can tell a repeated one. */
void report_event(uint8_t service, uint8_t event, const void *payload, uint8_t length);

#endif

/* Sends reports and events of the board's services on the bus. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

/*
 * The service index of an acknowledgement. The CRC of the acknowledged command is passed as
 * `command`.
 */
enum { REPORT_ACKNOWLEDGE = 0x3f };

/* Sets the sender of all later reports and events. */
void report_init(uint64_t device);

void report_send(uint8_t service, uint16_t command, const void *payload, uint8_t length);

/* Sends an event. Events are numbered, so that a receiver can detect a repeated event. */
void report_event(uint8_t service, uint8_t event, const void *payload, uint8_t length);

#endif

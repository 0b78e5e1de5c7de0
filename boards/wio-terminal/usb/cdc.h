/*
 * The serial port: CDC 1.2 and its PSTN subclass, abstract control model. The port is open while
 * the host raises DTR. It has no physical line, so the line coding is stored but has no effect,
 * with one exception: closing the port at 1200 baud starts the bootloader, as with Arduino's tools.
 * The first four functions are called from the controller's interrupt, the others while that
 * interrupt is masked.
 */
#ifndef CDC_H
#define CDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CDC_LINE_CODING_LENGTH = 7 };

/*
 * Called when the bus was reset, or when the host has chosen a configuration, with or without the
 * port.
 */
void cdc_reset(bool configured);

void cdc_line_coding(uint8_t into[CDC_LINE_CODING_LENGTH]);
void cdc_set_line_coding(const uint8_t coding[CDC_LINE_CODING_LENGTH]);
void cdc_set_line_state(uint16_t state);

/* Whether the port is open. May be called at any time. */
bool cdc_is_open(void);

size_t cdc_read(uint8_t *into, size_t space);
size_t cdc_write(const uint8_t *bytes, size_t length);

/* Ends a transfer whose last packet was full. Call once in each round of the loop. */
void cdc_step(void);

/* Whether the port has been closed at 1200 baud for at least a quarter of a second. */
bool cdc_wants_bootloader(uint64_t now_micros);

#endif

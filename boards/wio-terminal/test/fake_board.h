/* A fake board in variables, for tests on the host. */
#ifndef FAKE_BOARD_H
#define FAKE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern uint64_t fake_micros;

/* The line to the coprocessor: the bytes that the code under test wrote, and will read. */
extern uint8_t fake_written[65536];
extern size_t fake_written_length;
extern size_t fake_write_limit; /* how many bytes the line accepts in one write */
void fake_receive(const void *bytes, size_t length);

extern bool fake_link_power;
extern uint16_t fake_light;
extern uint16_t fake_led;
extern bool fake_buttons[3];

#endif

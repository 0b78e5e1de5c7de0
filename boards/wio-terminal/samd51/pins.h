/*
 * Pins, by the chip's names. board.c and the peripherals' files say what each pin is connected to.
 */
#ifndef PINS_H
#define PINS_H

#include <stdbool.h>

enum { PIN_PORT_A, PIN_PORT_B, PIN_PORT_C, PIN_PORT_D };
#define PIN(port, number) ((port) * 32u + (number))

/* Functions of a pin: DS60001507, I/O multiplexing. */
typedef enum {
  PIN_FUNCTION_B = 1,
  PIN_FUNCTION_C = 2,
  PIN_FUNCTION_D = 3,
  PIN_FUNCTION_H = 7
} pin_function;

/* Makes the pin an output. Its level is `high` or low from the first moment. */
void pin_output(unsigned pin, bool high);
void pin_set(unsigned pin, bool high);

/* Makes the pin an input with the chip's pull-up. */
void pin_input(unsigned pin);
bool pin_read(unsigned pin);

/* Connects the pin to a peripheral. */
void pin_give(unsigned pin, pin_function function);

#endif

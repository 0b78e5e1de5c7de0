/*
 * The state of the running program, for the screen: who decides, how many readings are waiting,
 * whether the broker has accepted the connection, what the user must do. The state is read from the
 * program's log lines, because the program itself does not know of a screen.
 */
#ifndef PROGRAM_WATCH_H
#define PROGRAM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a line of the program's log, as the virtual machine prints it. */
void program_watch_line(const char *line);

/* The program's id at the broker; empty until the program has logged it. */
const char *program_id(void);

/* Whether the program has no server and decides for itself. */
bool program_is_alone(void);

/* Whether the broker has accepted the program's connection. */
bool program_is_connected(void);

/* The number of readings that are not delivered yet. */
uint32_t program_outbox(void);

/* Why the connection to the broker ended or was refused; empty if there is no problem. */
const char *program_problem(void);

/* The next step or the result of a calibration of the light sensor; empty if there is none. */
const char *program_to_do(void);

/* Converts a raw light to the calibrated light that the program sends, both 0..LIGHT_MAX. */
uint16_t program_light(uint16_t light);

#endif

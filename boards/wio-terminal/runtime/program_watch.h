/*
 * What the board knows of the program that runs on it, read from the lines that the program logs:
 * who decides, how many readings wait, which broker it uses, what a person is to do. The program
 * itself knows nothing of a screen.
 */
#ifndef PROGRAM_WATCH_H
#define PROGRAM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* A line of the program's log, as the virtual machine prints it. */
void program_watch_line(const char *line);

/* Its id at the broker; empty before it has logged one. */
const char *program_id(void);

/* It has no server and decides for itself. */
bool program_is_alone(void);

/* The broker has accepted its connection. */
bool program_is_connected(void);

/* Readings that have not been delivered. */
uint32_t program_outbox(void);

/* Why its connection to the broker ended or was refused; empty if nothing is wrong. */
const char *program_problem(void);

/* What a person who calibrates the light sensor is to do, or what came of it; empty if nothing. */
const char *program_to_do(void);

/* A light of the sensor, 0..1023, as the program sends it: calibrated, also 0..1023. */
uint16_t program_light(uint16_t light);

#endif

/*
 * What the board can tell of the program that runs on it, by the lines that the program logs: who
 * decides, what waits, whom it speaks to. The program itself knows of no screen.
 */
#ifndef PROGRAM_WATCH_H
#define PROGRAM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* A line of the program's log, as the virtual machine prints it. */
void program_watch_line(const char *line);

/* The id that it goes by at the broker; empty before it has said so. */
const char *program_id(void);

/* It has nobody to ask, and decides for itself. */
bool program_is_alone(void);

/* The broker has let it in. */
bool program_is_connected(void);

/* Readings that are not delivered yet. */
uint32_t program_outbox(void);

/* What its connection to the broker ended by, or was refused for; empty if nothing is wrong. */
const char *program_problem(void);

#endif

/*
 * The bench: what surrounds the emulated board, as lines of text on a UART. In come
 *
 *   light 0..65535     what the light sensor sees
 *   button a|b|c 0|1   a button pressed or let go
 *   status             asks for the line "status main_stack=… vm_stack=… vm_heap=…"
 *   overflow main|vm   overflows a stack, to see that it is noticed
 *
 * and out go `led 0..65535` and `coprocessor 0|1` (its enable pin), each when it changes.
 */
#ifndef BENCH_H
#define BENCH_H

void bench_init(void);

#endif

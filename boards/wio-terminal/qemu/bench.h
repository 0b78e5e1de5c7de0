/*
 * The bench: the surroundings of the emulated board, as lines of text on a UART. It receives
 *
 *   light 0..65535     sets the light at the sensor
 *   button a|b|c 0|1   releases or presses a button
 *   status             requests the line "status main_stack=… vm_stack=… vm_heap=…"
 *   overflow main|vm   overflows a stack, to test that the overflow is detected
 *
 * and sends `led 0..65535` and `coprocessor 0|1` (the enable pin), each when it changes.
 */
#ifndef BENCH_H
#define BENCH_H

void bench_init(void);

#endif

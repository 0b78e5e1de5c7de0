/*
 * A fake flash in memory, for tests on the host. It checks the chip's rules (board.h) and ends the
 * program if a rule is broken. Power may be cut at any step; a step is an erase or the write of a
 * unit.
 */
#ifndef FAKE_FLASH_H
#define FAKE_FLASH_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_FLASH_SIZE = 128 * 1024 };
extern uint8_t fake_flash[FAKE_FLASH_SIZE] __asm__("board_storage");

/* The effect of the step at which power is cut: all bits, none, or some of them change. */
typedef enum { FAKE_CUT_AFTER, FAKE_CUT_BEFORE, FAKE_CUT_WITHIN, FAKE_CUTS } fake_cut;

/* The number of steps since the last fake_flash_forget. */
extern unsigned fake_flash_steps;
void fake_flash_forget(void);

/* Cuts the power at this number of steps from now: jumps to fake_flash_power. */
void fake_flash_cut(unsigned steps, fake_cut how);
extern jmp_buf fake_flash_power;

#endif

/*
 * Flash made of memory, for tests on the host. It keeps the chip's rules (board.h) and ends the
 * program if one is broken. Power may be cut at any of its steps: an erase is one, and so is the
 * write of each unit.
 */
#ifndef FAKE_FLASH_H
#define FAKE_FLASH_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_FLASH_SIZE = 128 * 1024 };
extern uint8_t fake_flash[FAKE_FLASH_SIZE] __asm__("board_storage");

/* What is left of the step at which power goes: all of it, none, or some of the bits. */
typedef enum { FAKE_CUT_AFTER, FAKE_CUT_BEFORE, FAKE_CUT_WITHIN, FAKE_CUTS } fake_cut;

/* Steps since the last fake_flash_forget. */
extern unsigned fake_flash_steps;
void fake_flash_forget(void);

/* After so many more steps power goes: fake_flash_power jumps. */
void fake_flash_cut(unsigned steps, fake_cut how);
extern jmp_buf fake_flash_power;

#endif

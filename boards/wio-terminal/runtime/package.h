/*
 * The package, which the build places beside the runtime, at a fixed address in flash. It holds the
 * compiled program and its first settings, including the name of the Wi-Fi network.
 */
#ifndef PACKAGE_H
#define PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

/* build/package.ts writes this layout. Both parts are padded to 32 bytes. */
typedef struct {
  uint32_t magic;
  uint32_t program_length;
  uint32_t settings_length;
  uint32_t flags;
  /* The program's rule when there is no server, for the screen. A threshold of 0xffff: no rule. */
  uint16_t threshold; /* 0..LIGHT_MAX: light_range.h */
  uint16_t on_above;
  char version[12];   /* the program's version; ends with a zero */
  uint8_t signer[32]; /* public key (Ed25519) for programs from the network; all zero for none */
  uint8_t program[];
} package;

/* A flag for tests: the virtual machine collects garbage at each allocation. */
enum { PACKAGE_GC_STRESS = 1 };

#define PACKAGE_MAGIC 0x324b4c4eu /* "NLK2" */

/* The package in flash, or a null pointer if there is none. */
const package *package_find(void);

/* The public key for programs from the network; a null pointer if the package has no key. */
const uint8_t *package_signer(void);

/* The value of a setting as text; a null pointer if there is none. */
const char *package_setting(const char *key);

/*
 * Whether this package has not been applied yet. Only a new package replaces a program and settings
 * that the tools have deployed since.
 */
bool package_is_new(void);

/*
 * Applies the settings: passes those of Wi-Fi to the board, and the others to the virtual machine's
 * settings service.
 */
void package_apply_settings(void);

/* Stores that the settings and the program of this package have been applied. */
void package_applied(void);

#endif

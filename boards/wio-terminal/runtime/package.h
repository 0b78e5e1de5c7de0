/*
 * The package that the build places beside the runtime, at a fixed address in flash. It holds the
 * compiled program and its first settings, among them the name of the Wi-Fi network.
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
  /* The rule that the program uses without a server, for the screen; 0xffff for none. */
  uint16_t threshold; /* 0..1023 */
  uint16_t on_above;
  char version[12];   /* of the program; ends with a zero */
  uint8_t signer[32]; /* public key (Ed25519) of programs from the network; all zero for none */
  uint8_t program[];
} package;

/* Collect garbage at each allocation: for tests. */
enum { PACKAGE_GC_STRESS = 1 };

#define PACKAGE_MAGIC 0x324b4c4eu /* "NLK2" */

/* The package in flash, or a null pointer when there is none. */
const package *package_find(void);

/* Who signs the programs that come over the network; a null pointer if nobody does. */
const uint8_t *package_signer(void);

/* The value of a setting as text; a null pointer if there is none. */
const char *package_setting(const char *key);

/*
 * Whether this package has not been applied yet. Only a new package replaces the program and the
 * settings that the tools may have deployed meanwhile.
 */
bool package_is_new(void);

/*
 * Applies the settings: those of Wi-Fi to the board, the others to the virtual machine's service.
 */
void package_apply_settings(void);

/* Remembers that settings and program of this package have been applied. */
void package_applied(void);

#endif

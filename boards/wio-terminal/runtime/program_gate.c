#include "program_gate.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "ed25519.h"
#include "gateway.h"
#include "package.h"
#include "settings_store.h"
#include "trial_keeper.h"

static const char signature_key[] = ":SIGNATURE";

/*
 * The length of the setting SIGNATURE, with the quotes in which the settings service keeps texts.
 */
enum { PROGRAM_SIGNATURE_TEXT = 2 * ED25519_SIGNATURE_BYTES + 2 };

static bool is_from_network;

/* The value of a hexadecimal digit; -1 if it is no digit. */
static int digit_of(char letter) {
  static const char digits[] = "0123456789abcdef";
  const char *const found = letter ? strchr(digits, letter) : NULL;
  return found ? (int)(found - digits) : -1;
}

static bool read_signature(uint8_t into[ED25519_SIGNATURE_BYTES]) {
  char text[PROGRAM_SIGNATURE_TEXT];
  if (settings_get(signature_key, text, sizeof text) != sizeof text) return false;
  for (unsigned i = 0; i < ED25519_SIGNATURE_BYTES; i++) {
    const int high = digit_of(text[1 + 2 * i]), low = digit_of(text[2 + 2 * i]);
    if (high < 0 || low < 0) return false;
    into[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

void program_gate_begin(uint32_t length) {
  is_from_network = gateway_may_bring(board_micros());
  if (!is_from_network) return;
  if (!package_signer())
    trial_keeper_refuse("not started, as this board has no key to check it: npm run flash:wio");
  if (length == 0) trial_keeper_refuse("not started, as it is empty");
}

void program_gate_end(const uint8_t *program, uint32_t length) {
  if (!is_from_network) return;
  uint8_t signature[ED25519_SIGNATURE_BYTES];
  if (!read_signature(signature)) trial_keeper_refuse("not started, as it is not signed");
  const uint64_t begun_micros = board_micros();
  const bool is_valid = ed25519_verify(package_signer(), signature, program, length);
  const int64_t took_ms = (int64_t)(board_micros() - begun_micros) / 1000;
  if (!is_valid) trial_keeper_refuse("not started, as it was altered or signed with another key");
  console_line("program: signature checked in ", console_number(took_ms), " ms", NULL);
}

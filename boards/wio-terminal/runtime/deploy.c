#include "deploy.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "hash.h"
#include "package.h"
#include "service.h"
#include "vm_memory.h"
#include "vm_start.h"

/* The DeviceScript manager service: jacdac-spec, specconstants.ts. */
#define SERVICE_CLASS_DEVICE_SCRIPT_MANAGER 0x1134ea2bull
enum { REGISTER_PROGRAM_HASH = 0x181 };

static enum { ASKED, ANSWERED, DONE } state = DONE;
static uint32_t stored_hash;

void deploy_ask(void) {
  const packet question = {.command = COMMAND_GET | REGISTER_PROGRAM_HASH};
  bus_send(SERVICE_CLASS_DEVICE_SCRIPT_MANAGER, FRAME_COMMAND | FRAME_TO_SERVICE_CLASS, &question);
  state = ASKED;
}

void deploy_saw_report(const packet *packet) {
  if (state != ASKED || packet->command != (COMMAND_GET | REGISTER_PROGRAM_HASH)) return;
  if (packet->length != sizeof stored_hash) return;
  memcpy(&stored_hash, packet->payload, sizeof stored_hash);
  state = ANSWERED;
}

void deploy_step(void) {
  if (state != ANSWERED) return;
  state = DONE;
  const package *const package = package_find();
  const uint32_t length = package->program_length;
  if (stored_hash != hash(package->program, length)) {
    const uint32_t result = vm_jd_em_devs_deploy(vm_address_of(package->program), length);
    if (result != 0) {
      console_line("the virtual machine refused the program: ", console_number((int32_t)result),
                   NULL);
      return;
    }
  }
  package_applied();
}

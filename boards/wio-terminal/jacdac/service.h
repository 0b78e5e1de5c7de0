/*
 * One Jacdac service of the board. Command 0x1000 | code gets a register, 0x2000 | code sets it.
 * Registers with codes below 0x100 may be set; those from 0x100 may change by themselves; those
 * from 0x180 never change. Numbers: jacdac-spec/dist/specconstants.ts in the npm package jacdac-ts.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.h"

enum { SERVICE_GET = 0x1000, SERVICE_SET = 0x2000, SERVICE_NOT_IMPLEMENTED = 0x0003 };

enum {
  SERVICE_REGISTER_STREAMING_SAMPLES = 0x003,
  SERVICE_REGISTER_STREAMING_INTERVAL = 0x004,
  SERVICE_REGISTER_READING = 0x101,
  SERVICE_REGISTER_STATUS_CODE = 0x103,
  SERVICE_REGISTER_VARIANT = 0x107,
  SERVICE_REGISTER_INSTANCE_NAME = 0x109,
};

typedef struct service service;
struct service {
  uint32_t service_class;
  uint8_t index;
  const char *name;
  /* Returns false for an unknown command. */
  bool (*handle)(service *self, const packet *packet);
  void (*step)(service *self, uint64_t now_micros); /* may be null */
  void *state;
};

/* Answers a packet that gets register `code`. Returns false for any other packet. */
bool service_answers(service *self, const packet *packet, uint16_t code, const void *value,
                     uint8_t length);

/* Reads the number to which a packet sets register `code`. Returns false for any other packet. */
bool service_sets(const packet *packet, uint16_t code, uint32_t *value);

#endif

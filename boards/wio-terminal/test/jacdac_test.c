/* Tests the board's services from the virtual machine's side: frames in, frames out. */
#include "bus.h"
#include "check.h"
#include "credentials.h"
#include "device.h"
#include "fake_board.h"
#include "service.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

uint8_t vm_memory[16];

#define BOARD_ID 0x1122334455667788ull

enum { LIGHT = 1, BULB = 2, BUTTON_A = 3, BUTTON_B = 4, WIFI = 6 };

/* The packets that the virtual machine received. */
static struct {
  uint64_t device;
  uint8_t flags, length, service;
  uint16_t command;
  uint8_t payload[BUS_PAYLOAD_MAX];
} got[256];
static unsigned got_count;
static bool vm_is_full;

/* Here static data may lie before or after the memory, so the offset is signed. */
uint32_t vm_jd_em_frame_received(uint32_t address) {
  const uint8_t *const frame = (const uint8_t *)((intptr_t)vm_memory + (int32_t)address);
  if (vm_is_full) return (uint32_t)-1;
  CHECK((uint16_t)(frame[0] | frame[1] << 8) == bus_crc(frame + 2, (uint16_t)(frame[2] + 10)));
  CHECK(got_count < 256 && frame[12] + 4 <= frame[2]);
  memcpy(&got[got_count].device, frame + 4, 8);
  got[got_count].flags = frame[3];
  got[got_count].length = frame[12];
  got[got_count].service = frame[13];
  got[got_count].command = (uint16_t)(frame[14] | frame[15] << 8);
  memcpy(got[got_count].payload, frame + 16, frame[12]);
  got_count++;
  return 0;
}

/* bridge_test.c tests the computer on the line. */
static void ignore_frame(const uint8_t *frame) { (void)frame; }
static void ignore_report(const packet *packet) { (void)packet; }

static const bus_listener listener = {
    .frame = ignore_frame,
    .acknowledge = device_acknowledge,
    .command = device_handle,
    .report = ignore_report,
};

/* A fake of Wi-Fi: the network that was set, and whether it is up. */
static char set_ssid[40], set_passphrase[80];
static bool wifi_up;

bool credentials_set(const char *ssid, const char *passphrase) {
  strcpy(set_ssid, ssid ? ssid : "");
  strcpy(set_passphrase, passphrase ? passphrase : "");
  return true;
}

const char *credentials_ssid(void) { return set_ssid[0] ? set_ssid : NULL; }
const char *credentials_passphrase(void) { return set_passphrase[0] ? set_passphrase : NULL; }
void wifi_use(const char *ssid, const char *passphrase) { (void)ssid, (void)passphrase; }
bool wifi_is_up(void) { return wifi_up; }
bool wifi_is_configured(void) { return set_ssid[0] != 0; }
const uint8_t *wifi_address(void) { return (const uint8_t *)"\x0a\0\x02\x0f"; }

static void from_vm(uint64_t target, uint8_t flags, uint8_t service, uint16_t command,
                    const void *payload, uint8_t length) {
  uint8_t frame[BUS_FRAME_MAX] = {0};
  frame[2] = (uint8_t)((4 + length + 3) & ~3);
  frame[3] = flags;
  memcpy(frame + 4, &target, 8);
  frame[12] = length;
  frame[13] = service;
  frame[14] = (uint8_t)command;
  frame[15] = (uint8_t)(command >> 8);
  if (length) memcpy(frame + 16, payload, length);
  got_count = 0;
  bus_from_vm(frame);
  bus_deliver();
}

static void get(uint8_t service, uint16_t code) {
  from_vm(BOARD_ID, BUS_COMMAND, service, SERVICE_GET | code, NULL, 0);
}

static void set_u8(uint8_t service, uint16_t code, uint8_t value) {
  from_vm(BOARD_ID, BUS_COMMAND, service, SERVICE_SET | code, &value, 1);
}

static void step(uint64_t micros) {
  got_count = 0;
  fake_micros += micros;
  device_step(fake_micros);
  bus_deliver();
}

static uint16_t u16(unsigned i) { return (uint16_t)(got[i].payload[0] | got[i].payload[1] << 8); }

static void crc_vector(void) {
  /* CRC-16/CCITT-FALSE, whose check value is public. */
  CHECK(bus_crc((const uint8_t *)"123456789", 9) == 0x29b1);
}

static void announces_itself(void) {
  step(0);
  CHECK(got_count == 1 && got[0].device == BOARD_ID && got[0].flags == 0);
  CHECK(got[0].service == 0 && got[0].command == 0 && got[0].length == 28);
  static const uint32_t classes[] = {0x17dc9a1c, 0x1cab054c, 0x1473a263,
                                     0x1473a263, 0x1473a263, 0x18aae1fa};
  CHECK_BYTES(got[0].payload + 4, classes, sizeof classes);
  CHECK((got[0].payload[0] & 0xf) == 1);
  step(499999);
  CHECK(got_count == 0);
  step(1);
  CHECK(got_count == 1 && (got[0].payload[0] & 0xf) == 2);
}

static void reads_light(void) {
  fake_light = 0xbeef;
  get(LIGHT, SERVICE_REGISTER_READING);
  CHECK(got_count == 1 && got[0].command == 0x1101 && u16(0) == 0xbeef);
  get(LIGHT, SERVICE_REGISTER_INSTANCE_NAME);
  CHECK(got[0].length == 12);
  CHECK_BYTES(got[0].payload, "light sensor", 12);
}

static unsigned readings_in(unsigned steps, uint64_t micros) {
  unsigned readings = 0;
  for (unsigned i = 0; i < steps; i++) {
    step(micros);
    for (unsigned j = 0; j < got_count; j++) readings += got[j].command == 0x1101;
  }
  return readings;
}

static void streams_the_requested_samples(void) {
  set_u8(LIGHT, SERVICE_REGISTER_STREAMING_SAMPLES, 3);
  CHECK(readings_in(10, 50000) == 3);
  const uint32_t too_fast = 1;
  from_vm(BOARD_ID, BUS_COMMAND, LIGHT, SERVICE_SET | SERVICE_REGISTER_STREAMING_INTERVAL,
          &too_fast, 4);
  get(LIGHT, SERVICE_REGISTER_STREAMING_INTERVAL);
  CHECK(got[0].payload[0] == 20);
  set_u8(LIGHT, SERVICE_REGISTER_STREAMING_SAMPLES, 255);
  CHECK(readings_in(100, 1000) == 5);
  set_u8(LIGHT, SERVICE_REGISTER_STREAMING_SAMPLES, 0);
  CHECK(readings_in(100, 1000) == 0);
}

static void lights_the_led(void) {
  const uint16_t full = 0xffff;
  from_vm(BOARD_ID, BUS_COMMAND, BULB, SERVICE_SET | 1, &full, 2);
  CHECK(fake_led == 0xffff);
  get(BULB, 1);
  CHECK(u16(0) == 0xffff);
  const uint16_t off = 0;
  /* Sends a command to all light bulbs. */
  from_vm(0x1cab054c, BUS_COMMAND | BUS_TO_SERVICE_CLASS, 0, SERVICE_SET | 1, &off, 2);
  CHECK(fake_led == 0);
}

static void reports_buttons(void) {
  fake_buttons[0] = true;
  step(10000);
  CHECK(got_count == 1 && got[0].service == BUTTON_A && (got[0].command & 0x80ff) == 0x8001);
  const uint16_t first = got[0].command;
  get(BUTTON_A, 0x181);
  CHECK(got[0].payload[0] == 1);
  get(BUTTON_B, 0x181);
  CHECK(got[0].payload[0] == 0);
  step(500000); /* an announcement and a hold event are due */
  CHECK((got[got_count - 1].command & 0x80ff) == 0x8081);
  fake_buttons[0] = false;
  step(10000);
  CHECK((got[0].command & 0x80ff) == 0x8002 && u16(0) == 510);
  /* Events are numbered, so that a receiver can detect a repeated event. */
  CHECK(((got[0].command - first) & 0x7f00) == 0x0200);
}

static void sets_the_network(void) {
  from_vm(BOARD_ID, BUS_COMMAND, WIFI, 0x81, "home\0good night", 16);
  CHECK(strcmp(set_ssid, "home") == 0 && strcmp(set_passphrase, "good night") == 0);
  get(WIFI, 0x183);
  CHECK(got[0].length == 0);
  wifi_up = true;
  get(WIFI, 0x183);
  CHECK(got[0].length == 4);
  CHECK_BYTES(got[0].payload, "home", 4);
  get(WIFI, 0x181);
  CHECK(got[0].length == 4 && got[0].payload[0] == 10);
  from_vm(BOARD_ID, BUS_COMMAND, WIFI, 0x83, "ho", 2);
  CHECK(set_ssid[0] != 0);
  from_vm(BOARD_ID, BUS_COMMAND, WIFI, 0x83, "home", 4);
  CHECK(set_ssid[0] == 0);
  from_vm(BOARD_ID, BUS_COMMAND, WIFI, 0x81, "open", 4);
  CHECK(strcmp(set_ssid, "open") == 0 && set_passphrase[0] == 0);
  from_vm(BOARD_ID, BUS_COMMAND, WIFI, 0x84, NULL, 0);
  CHECK(set_ssid[0] == 0);
}

static void accepts_frames_from_the_line(void) {
  uint8_t frame[BUS_FRAME_MAX] = {0};
  const uint64_t target = BOARD_ID;
  const uint16_t full = 0xffff;
  frame[2] = 6; /* in frames from a computer, the last packet has no padding */
  frame[3] = BUS_COMMAND;
  memcpy(frame + 4, &target, 8);
  frame[12] = 2;
  frame[13] = BULB;
  frame[14] = 1;
  frame[15] = SERVICE_SET >> 8;
  memcpy(frame + 16, &full, 2);
  const uint16_t crc = bus_crc(frame + 2, 16);
  memcpy(frame, &crc, 2);
  fake_led = 0;
  vm_is_full = true;
  unsigned taken = 0;
  while (taken < 1000 && bus_from_line(frame)) taken++;
  CHECK(fake_led == 0xffff && taken > 20 && taken < 1000);
  vm_is_full = false;
  got_count = 0;
  CHECK(bus_deliver() && got_count == taken);
}

static void refuses_unknown_registers(void) {
  get(LIGHT, 0x17f);
  CHECK(got_count == 1 && got[0].command == SERVICE_NOT_IMPLEMENTED && u16(0) == 0x117f);
  get(60, SERVICE_REGISTER_READING);
  CHECK(got_count == 0);
  from_vm(BOARD_ID ^ 1, BUS_COMMAND, LIGHT, 0x1101, NULL, 0);
  CHECK(got_count == 0);
}

static void acknowledges(void) {
  from_vm(BOARD_ID, BUS_COMMAND | BUS_ACK_REQUESTED, BULB, 0x1001, NULL, 0);
  CHECK(got_count == 2 && got[0].service == 0x3f && got[0].length == 0);
}

static void keeps_frames_while_the_vm_is_full(void) {
  vm_is_full = true;
  for (int i = 0; i < 500; i++)
    get(LIGHT, SERVICE_REGISTER_READING); /* requests more than the queue holds */
  CHECK(got_count == 0);
  vm_is_full = false;
  got_count = 0;
  CHECK(bus_deliver());
  CHECK(got_count > 20);
  CHECK(!bus_deliver());
}

/* Frames with wrong lengths. */
static void survives_wrong_lengths(void) {
  uint32_t state = 7;
  for (int round = 0; round < 20000; round++) {
    uint8_t frame[BUS_FRAME_HEADER + 255];
    for (size_t i = 0; i < sizeof frame; i++) {
      state = state * 1664525 + 1013904223;
      frame[i] = (uint8_t)(state >> 24);
    }
    const uint64_t id = BOARD_ID;
    memcpy(frame + 4, &id, 8);
    frame[13] %= 8;
    if (frame[13] == 0) frame[13] = 1; /* so that no frame resets the board */
    frame[3] |= BUS_COMMAND;
    for (unsigned at = 12; at + 4 <= 12u + frame[2]; at = (at + 4 + frame[at] + 3) & ~3u) {
      if (at + 1 < sizeof frame && frame[at + 1] == 0) frame[at + 1] = 1;
    }
    got_count = 0;
    vm_is_full = true;
    bus_from_vm(frame);
    bus_deliver();
  }
  vm_is_full = false;
  CHECK(true);
}

int main(void) {
  bus_init(&listener);
  device_init(BOARD_ID);
  crc_vector();
  announces_itself();
  reads_light();
  streams_the_requested_samples();
  lights_the_led();
  reports_buttons();
  sets_the_network();
  refuses_unknown_registers();
  acknowledges();
  accepts_frames_from_the_line();
  keeps_frames_while_the_vm_is_full();
  survives_wrong_lengths();
  return all_checked();
}

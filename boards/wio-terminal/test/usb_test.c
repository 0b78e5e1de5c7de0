/* Tests the USB protocol from the host's side: control transfers, the serial port, bad requests. */
#include "cdc.h"
#include "check.h"
#include "descriptors.h"
#include "usb_device.h"

/* A fake of the controller. */
static uint8_t sent[USB_ENDPOINTS][USB_DATA_PACKET], received[USB_DATA_PACKET];
static size_t sent_length[USB_ENDPOINTS], received_length;
static bool is_sending[USB_ENDPOINTS], has_received, is_listening, is_suspended, is_open;
static bool stalled[2][USB_ENDPOINTS], is_second_toggle[2][USB_ENDPOINTS];
static uint8_t address;

bool usb_device_is_suspended(void) { return is_suspended; }
void usb_device_set_address(uint8_t new_address) { address = new_address; }
void usb_device_open_endpoints(void) { is_open = true; }
void usb_device_close_endpoints(void) { is_open = false; }
bool usb_device_is_sending(uint8_t endpoint) { return is_sending[endpoint]; }
void usb_device_listen(void) { is_listening = true; }
void usb_device_release(uint8_t endpoint) {
  CHECK(endpoint == USB_ENDPOINT_DATA);
  has_received = false;
}

bool usb_device_send(uint8_t endpoint, const uint8_t *bytes, size_t length) {
  CHECK(endpoint < USB_ENDPOINTS && length <= USB_DATA_PACKET);
  if (is_sending[endpoint]) return false;
  if (length > 0) memcpy(sent[endpoint], bytes, length);
  sent_length[endpoint] = length;
  is_sending[endpoint] = true;
  return true;
}

const uint8_t *usb_device_received(uint8_t endpoint, size_t *length) {
  CHECK(endpoint == USB_ENDPOINT_DATA);
  *length = received_length;
  return has_received ? received : NULL;
}

void usb_device_stall(uint8_t endpoint_address, bool on) {
  CHECK((endpoint_address & 0x7f) < USB_ENDPOINTS);
  stalled[endpoint_address >> 7][endpoint_address & 0x7f] = on;
  if (!on) is_second_toggle[endpoint_address >> 7][endpoint_address & 0x7f] = false;
}

bool usb_device_is_stalled(uint8_t endpoint_address) {
  return stalled[endpoint_address >> 7][endpoint_address & 0x7f];
}

/* A fake of the host. */
static uint8_t answer[65536];
static size_t answer_length;
static unsigned answer_packets;

/* Runs a whole control transfer. Returns false if it stalls. */
static bool control(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t length,
                    const uint8_t *data) {
  const usb_setup setup = {type, request, value, index, length};
  is_sending[0] = is_listening = stalled[0][0] = false;
  answer_length = answer_packets = 0;
  usb_on_setup(&setup);
  if (stalled[0][0]) return false;
  if (type & USB_REQUEST_TO_HOST && length > 0) {
    while (is_sending[0]) {
      memcpy(answer + answer_length, sent[0], sent_length[0]);
      answer_length += sent_length[0];
      answer_packets++;
      CHECK(answer_length <= length);
      is_sending[0] = false;
      const bool is_last = sent_length[0] < USB_CONTROL_PACKET || answer_length == length;
      usb_on_control_sent();
      CHECK(!is_last || !is_sending[0]);
    }
    CHECK(is_listening);
    usb_on_control_received(NULL, 0);
    return true;
  }
  if (length > 0) {
    CHECK(is_listening);
    usb_on_control_received(data, length < USB_CONTROL_PACKET ? length : USB_CONTROL_PACKET);
    if (stalled[0][0]) return false;
  }
  CHECK(is_sending[0] && sent_length[0] == 0);
  is_sending[0] = false;
  usb_on_control_sent();
  return true;
}

static bool get(uint16_t value, uint16_t length) {
  return control(0x80, USB_GET_DESCRIPTOR, value, 0, length, NULL);
}

static uint16_t u16(size_t at) { return (uint16_t)(answer[at] | answer[at + 1] << 8); }

static void describes_itself(void) {
  CHECK(get(0x0100, 8) && answer_length == 8 && answer[7] == 64);
  CHECK(get(0x0100, 18) && answer_length == 18 && answer[0] == 18 && answer[1] == 1);
  CHECK(u16(2) == 0x0200 && u16(8) == 0x2886 && u16(10) == 0x802d && answer[17] == 1);
  CHECK(get(0x0100, 64) && answer_length == 18);
  CHECK(get(0x0200, 9) && answer_length == 9 && u16(2) == 75);
  CHECK(get(0x0200, 255) && answer_length == 75 && answer_packets == 2);
  CHECK(get(0x0200, 64) && answer_length == 64 && answer_packets == 1);
  size_t at = 0, interfaces = 0, endpoints = 0;
  for (; at < 75; at += answer[at]) {
    CHECK(get(0x0200, 75) && answer[at] >= 2);
    interfaces += answer[at + 1] == USB_DESCRIPTOR_INTERFACE;
    endpoints += answer[at + 1] == USB_DESCRIPTOR_ENDPOINT;
  }
  CHECK(at == 75 && interfaces == 2 && endpoints == 3);
  CHECK(get(0x0300, 255) && answer_length == 4 && u16(2) == 0x0409);
  CHECK(get(0x0302, 255) && answer_length == 2 + 2 * 26 && answer[2] == 'N' && answer[3] == 0);
  CHECK(get(0x0303, 255) && answer_length == 2 + 2 * 18);
  static const char serial[] = "JD0123456789ABCDEF";
  for (size_t i = 0; i < 18; i++) CHECK(u16(2 + 2 * i) == (uint16_t)serial[i]);
  CHECK(!get(0x0304, 255) && !get(0x0600, 10) && !get(0x0101, 18) && !get(0x0f00, 5));
}

static void is_configured(void) {
  CHECK(control(0x00, USB_SET_ADDRESS, 77, 0, 0, NULL) && address == 77);
  CHECK(!control(0x00, USB_SET_ADDRESS, 128, 0, 0, NULL) && address == 77);
  CHECK(!control(0x21, USB_SET_CONTROL_LINE_STATE, 1, 0, 0, NULL)); /* not configured yet */
  CHECK(!control(0x00, USB_SET_CONFIGURATION, 2, 0, 0, NULL) && !is_open);
  CHECK(control(0x00, USB_SET_CONFIGURATION, 1, 0, 0, NULL) && is_open);
  CHECK(control(0x80, USB_GET_CONFIGURATION, 0, 0, 1, NULL) && answer[0] == 1);
  CHECK(control(0x80, USB_GET_STATUS, 0, 0, 2, NULL) && answer_length == 2 && u16(0) == 0);
  CHECK(control(0x81, USB_GET_INTERFACE, 0, 1, 1, NULL) && answer[0] == 0);
  CHECK(!control(0x81, USB_GET_STATUS, 0, 2, 2, NULL));
  CHECK(control(0x02, USB_SET_FEATURE, USB_FEATURE_ENDPOINT_HALT, 0x82, 0, NULL) && stalled[1][2]);
  CHECK(control(0x82, USB_GET_STATUS, 0, 0x82, 2, NULL) && u16(0) == 1);
  CHECK(control(0x82, USB_GET_STATUS, 0, 0x02, 2, NULL) && u16(0) == 0);
  CHECK(control(0x02, USB_CLEAR_FEATURE, USB_FEATURE_ENDPOINT_HALT, 0x82, 0, NULL) &&
        !stalled[1][2]);
  CHECK(!control(0x02, USB_SET_FEATURE, USB_FEATURE_ENDPOINT_HALT, 0x83, 0, NULL));
  CHECK(!control(0x00, USB_SET_FEATURE, 1, 0, 0, NULL)); /* the device has no remote wake-up */
}

static void restarts_an_interface(void) {
  static const uint8_t endpoints[] = {0x81, 0x02, 0x82};
  for (uint8_t interface = 0; interface < USB_INTERFACES; interface++) {
    for (size_t i = 0; i < sizeof endpoints; i++) {
      CHECK(control(0x02, USB_SET_FEATURE, USB_FEATURE_ENDPOINT_HALT, endpoints[i], 0, NULL));
      is_second_toggle[endpoints[i] >> 7][endpoints[i] & 0x7f] = true;
    }
    CHECK(!control(0x01, USB_SET_INTERFACE, 1, interface, 0, NULL));
    CHECK(stalled[1][1] && stalled[0][2] && stalled[1][2]);
    CHECK(control(0x01, USB_SET_INTERFACE, 0, interface, 0, NULL));
    const bool is_data = interface == USB_INTERFACE_DATA;
    CHECK(stalled[1][1] == is_data && is_second_toggle[1][1] == is_data);
    CHECK(stalled[0][2] == !is_data && is_second_toggle[0][2] == !is_data);
    CHECK(stalled[1][2] == !is_data && is_second_toggle[1][2] == !is_data);
  }
  CHECK(control(0x02, USB_CLEAR_FEATURE, USB_FEATURE_ENDPOINT_HALT, 0x81, 0, NULL) &&
        !stalled[1][1]);
}

static void set_line(uint32_t baud) {
  const uint8_t coding[] = {
      (uint8_t)baud, (uint8_t)(baud >> 8), (uint8_t)(baud >> 16), (uint8_t)(baud >> 24), 0, 0, 8};
  CHECK(control(0x21, USB_SET_LINE_CODING, 0, 0, 7, coding));
}

static void set_dtr(bool on) { CHECK(control(0x21, USB_SET_CONTROL_LINE_STATE, on, 0, 0, NULL)); }

static void is_a_serial_port(void) {
  CHECK(control(0xa1, USB_GET_LINE_CODING, 0, 0, 7, NULL) && answer_length == 7);
  CHECK(u16(0) == 0xc200 && answer[2] == 1 && answer[6] == 8);
  set_line(1500000);
  CHECK(control(0xa1, USB_GET_LINE_CODING, 0, 0, 7, NULL) && u16(0) == 0xe360 && answer[2] == 0x16);
  CHECK(!control(0x21, USB_SET_LINE_CODING, 0, 0, 6, sent[0]));
  CHECK(!control(0x21, USB_SET_LINE_CODING, 0, 1, 7, sent[0]));
  CHECK(!control(0x21, 0x23, 0, 0, 0, NULL)); /* break: there is no physical line */
  CHECK(!cdc_is_open());
  set_dtr(true);
  CHECK(cdc_is_open());
  is_suspended = true;
  CHECK(!cdc_is_open());
  is_suspended = false;
}

static void moves_bytes(void) {
  uint8_t bytes[200], back[64];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
  CHECK(cdc_write(bytes, 200) == 64 && cdc_write(bytes, 1) == 0);
  CHECK_BYTES(sent[2], bytes, 64);
  cdc_step();
  CHECK(sent_length[2] == 64);
  is_sending[2] = false;
  cdc_step();
  CHECK(!is_sending[2]); /* the transfer waits for the rest, which does not come */
  cdc_step();
  CHECK(is_sending[2] && sent_length[2] == 0); /* an empty packet after the full one */
  is_sending[2] = false;
  cdc_step();
  CHECK(!is_sending[2]);
  CHECK(cdc_write(bytes, 10) == 10);
  is_sending[2] = false;
  cdc_step();
  CHECK(!is_sending[2]);

  memcpy(received, bytes, 64);
  received_length = 64;
  has_received = true;
  CHECK(cdc_read(back, 40) == 40 && has_received);
  CHECK(cdc_read(back + 40, 64) == 24 && !has_received);
  CHECK_BYTES(back, bytes, 64);
  has_received = true;
  received_length = 0;
  CHECK(cdc_read(back, 64) == 0 && !has_received);
}

/* Writes bytes in rounds of the loop. In each round, the host receives a packet. */
static void ends_a_transfer_once(size_t length, const size_t *packets, size_t count) {
  static const uint8_t bytes[200];
  size_t written = 0, seen = 0;
  for (int round = 0; round < 20; round++) {
    cdc_step();
    written += cdc_write(bytes, length - written);
    if (!is_sending[2]) continue;
    CHECK(seen < count && sent_length[2] == packets[seen]);
    seen++;
    is_sending[2] = false;
  }
  CHECK(written == length && seen == count);
}

static void sends_full_packets_in_a_row(void) {
  ends_a_transfer_once(200, (const size_t[]){64, 64, 64, 8}, 4);
  ends_a_transfer_once(192, (const size_t[]){64, 64, 64, 0}, 4);
  ends_a_transfer_once(64, (const size_t[]){64, 0}, 2);
  ends_a_transfer_once(63, (const size_t[]){63}, 1);
}

static void starts_the_bootloader_at_1200_baud(void) {
  set_line(1200);
  CHECK(!cdc_wants_bootloader(1000000));
  set_dtr(false);
  CHECK(!cdc_wants_bootloader(2000000) && !cdc_wants_bootloader(2249999));
  CHECK(cdc_wants_bootloader(2250000));
  set_dtr(true);
  CHECK(!cdc_wants_bootloader(9000000));
  set_dtr(false);
  CHECK(!cdc_wants_bootloader(9000000));
  set_line(115200);
  CHECK(!cdc_wants_bootloader(9900000));
}

static uint32_t random_state = 3;
static uint32_t random_u32(void) {
  random_state = random_state * 1664525 + 1013904223;
  return random_state >> 8;
}

/* Sends random set-up packets, cut off at random points. Afterwards the device works as before. */
static void survives_random_requests(void) {
  static const uint8_t types[] = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x21, 0xa1, 0xc0, 0x40, 0x1f};
  for (int round = 0; round < 100000; round++) {
    const usb_setup setup = {
        .type = types[random_u32() % sizeof types],
        .request = (uint8_t)(random_u32() % 4 ? random_u32() % 12 : 0x1e + random_u32() % 8),
        .value = (uint16_t)(random_u32() % 2 ? random_u32() % 0x800 : random_u32() % 4),
        .index = (uint16_t)(random_u32() % 2 ? random_u32() % 4 : random_u32()),
        .length = (uint16_t)(random_u32() % 3 ? random_u32() % 80 : random_u32()),
    };
    is_sending[0] = is_listening = stalled[0][0] = false;
    usb_on_setup(&setup);
    CHECK(stalled[0][0] || is_sending[0] || is_listening);
    for (unsigned steps = random_u32() % 5; steps > 0; steps--) {
      if (is_sending[0] && random_u32() % 2) {
        is_sending[0] = false;
        usb_on_control_sent();
      } else if (is_listening) {
        usb_on_control_received(received, random_u32() % (USB_DATA_PACKET + 1));
      }
    }
    if (random_u32() % 50 == 0) usb_on_reset();
    cdc_step();
    cdc_wants_bootloader((uint64_t)round * 1000);
  }
  usb_on_reset();
  memset(stalled, 0, sizeof stalled);
  describes_itself();
}

int main(void) {
  descriptors_init(0x0123456789abcdefu);
  usb_on_reset();
  describes_itself();
  is_configured();
  restarts_an_interface();
  is_a_serial_port();
  moves_bytes();
  sends_full_packets_in_a_row();
  starts_the_bootloader_at_1200_baud();
  usb_on_reset();
  CHECK(!cdc_is_open());
  CHECK(!control(0x21, USB_SET_CONTROL_LINE_STATE, 1, 0, 0, NULL));
  survives_random_requests();
  return all_checked();
}

/* Control transfers: USB 2.0, sections 8.5.3 and 9.4. Handles the events of usb_device.h. */
#include <string.h>

#include "cdc.h"
#include "descriptors.h"
#include "usb_device.h"

typedef enum {
  CONTROL_IDLE,
  CONTROL_SENDS_DATA,
  CONTROL_AWAITS_DATA,
  CONTROL_SENDS_STATUS,
  CONTROL_AWAITS_STATUS
} stage;

static stage state;
static usb_setup current;
static uint8_t configuration;
static uint8_t small[CDC_LINE_CODING_LENGTH]; /* answers other than descriptors */

/* The bytes still to be sent, and whether they are fewer than the host has requested. */
static const uint8_t *rest;
static size_t rest_length;
static bool is_short;

static void refuse(void) {
  state = CONTROL_IDLE;
  usb_device_stall(USB_ENDPOINT_CONTROL, true);
}

static void send_next(void) {
  const size_t length = rest_length < USB_CONTROL_PACKET ? rest_length : USB_CONTROL_PACKET;
  usb_device_send(USB_ENDPOINT_CONTROL, rest, length);
  rest += length;
  rest_length -= length;
  /* A transfer ends with a packet that is not full, unless the host knows the length (8.5.3.2). */
  if (length < USB_CONTROL_PACKET) is_short = false;
}

/* Starts the data stage to the host, with at most as many bytes as the host requested. */
static void answer(const void *bytes, size_t length) {
  is_short = length < current.length;
  rest = bytes;
  rest_length = length < current.length ? length : current.length;
  state = CONTROL_SENDS_DATA;
  usb_device_listen(); /* the host may end the transfer early */
  send_next();
}

static void answer_u8(uint8_t value) {
  small[0] = value;
  answer(small, 1);
}

static void accept(void) {
  state = CONTROL_SENDS_STATUS;
  usb_device_send(USB_ENDPOINT_CONTROL, NULL, 0);
}

static bool is_endpoint(uint16_t address) {
  return address == USB_ENDPOINT_DATA || address == (USB_ENDPOINT_DATA | USB_ENDPOINT_IN) ||
         address == (USB_ENDPOINT_NOTIFY | USB_ENDPOINT_IN);
}

/* Whether the receiver of the request exists in the current state: 9.4. */
static bool has_receiver(void) {
  switch (current.type & USB_REQUEST_RECEIVER) {
    case USB_RECEIVER_DEVICE:
      return true;
    case USB_RECEIVER_INTERFACE:
      return configuration != 0 && current.index < USB_INTERFACES;
    case USB_RECEIVER_ENDPOINT:
      return (current.index & ~USB_ENDPOINT_IN) == 0 ||
             (configuration != 0 && is_endpoint(current.index));
    default:
      return false;
  }
}

static void get_status(void) {
  const bool is_halted = (current.type & USB_REQUEST_RECEIVER) == USB_RECEIVER_ENDPOINT &&
                         is_endpoint(current.index) &&
                         usb_device_is_stalled((uint8_t)current.index);
  small[0] = is_halted;
  small[1] = 0;
  answer(small, 2);
}

/* Sets or clears ENDPOINT_HALT, the only supported feature. */
static void set_halt(bool on) {
  if ((current.type & USB_REQUEST_RECEIVER) != USB_RECEIVER_ENDPOINT ||
      current.value != USB_FEATURE_ENDPOINT_HALT) {
    refuse();
    return;
  }
  if (is_endpoint(current.index)) usb_device_stall((uint8_t)current.index, on);
  accept();
}

static void configure(void) {
  if (current.value > 1) {
    refuse();
    return;
  }
  configuration = (uint8_t)current.value;
  cdc_reset(configuration != 0);
  if (configuration) usb_device_open_endpoints();
  else usb_device_close_endpoints();
  accept();
}

/* An interface has only setting 0. Choosing it restarts the interface's endpoints: 9.1.1.5. */
static void set_interface(void) {
  if (current.value != 0) {
    refuse();
    return;
  }
  if (current.index == USB_INTERFACE_DATA) {
    usb_device_stall(USB_ENDPOINT_DATA, false);
    usb_device_stall(USB_ENDPOINT_DATA | USB_ENDPOINT_IN, false);
  } else {
    usb_device_stall(USB_ENDPOINT_NOTIFY | USB_ENDPOINT_IN, false);
  }
  accept();
}

static void get_descriptor(void) {
  size_t length = 0;
  const uint8_t *const found = descriptor_find(current.value, &length);
  if (found) answer(found, length);
  else refuse();
}

/* The requests of tables 9-3 and 9-4. A request with the wrong direction is refused. */
static void standard(void) {
  const uint8_t direction = current.type & USB_REQUEST_TO_HOST;
  const uint8_t receiver = current.type & USB_REQUEST_RECEIVER;
  switch (current.request | direction << 8 | receiver << 16) {
    case USB_GET_STATUS | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_DEVICE << 16:
    case USB_GET_STATUS | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_INTERFACE << 16:
    case USB_GET_STATUS | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_ENDPOINT << 16:
      get_status();
      break;
    case USB_CLEAR_FEATURE | USB_RECEIVER_ENDPOINT << 16:
      set_halt(false);
      break;
    case USB_SET_FEATURE | USB_RECEIVER_ENDPOINT << 16:
      set_halt(true);
      break;
    case USB_SET_ADDRESS | USB_RECEIVER_DEVICE << 16:
      if (current.value > 127) refuse();
      else accept(); /* the address is set after the status stage: 9.4.6 */
      break;
    case USB_GET_DESCRIPTOR | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_DEVICE << 16:
      get_descriptor();
      break;
    case USB_GET_CONFIGURATION | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_DEVICE << 16:
      answer_u8(configuration);
      break;
    case USB_SET_CONFIGURATION | USB_RECEIVER_DEVICE << 16:
      configure();
      break;
    case USB_GET_INTERFACE | USB_REQUEST_TO_HOST << 8 | USB_RECEIVER_INTERFACE << 16:
      answer_u8(0);
      break;
    case USB_SET_INTERFACE | USB_RECEIVER_INTERFACE << 16:
      set_interface();
      break;
    default:
      refuse();
  }
}

/* Only the communications interface has class requests. */
static void class_request(void) {
  const uint8_t direction = current.type & USB_REQUEST_TO_HOST;
  if ((current.type & USB_REQUEST_RECEIVER) != USB_RECEIVER_INTERFACE ||
      current.index != USB_INTERFACE_CONTROL) {
    refuse();
  } else if (current.request == USB_SET_LINE_CODING && !direction &&
             current.length == CDC_LINE_CODING_LENGTH) {
    state = CONTROL_AWAITS_DATA;
    usb_device_listen();
  } else if (current.request == USB_GET_LINE_CODING && direction) {
    cdc_line_coding(small);
    answer(small, sizeof small);
  } else if (current.request == USB_SET_CONTROL_LINE_STATE && !direction) {
    cdc_set_line_state(current.value);
    accept();
  } else {
    refuse();
  }
}

void usb_on_reset(void) {
  state = CONTROL_IDLE;
  configuration = 0;
  cdc_reset(false);
}

void usb_on_setup(const usb_setup *setup) {
  state = CONTROL_IDLE; /* a set-up packet ends any transfer in progress: 8.5.3 */
  current = *setup;
  if (!has_receiver()) refuse();
  else if ((current.type & USB_REQUEST_KIND) == USB_KIND_STANDARD) standard();
  else if ((current.type & USB_REQUEST_KIND) == USB_KIND_CLASS) class_request();
  else refuse();
}

void usb_on_control_sent(void) {
  if (state == CONTROL_SENDS_DATA) {
    if (rest_length > 0 || is_short) send_next();
    else state = CONTROL_AWAITS_STATUS;
  } else if (state == CONTROL_SENDS_STATUS) {
    state = CONTROL_IDLE;
    const bool is_for_device = (current.type & (USB_REQUEST_KIND | USB_REQUEST_RECEIVER)) == 0;
    if (is_for_device && current.request == USB_SET_ADDRESS) {
      usb_device_set_address((uint8_t)current.value);
    }
  }
}

void usb_on_control_received(const uint8_t *bytes, size_t length) {
  if (state == CONTROL_AWAITS_DATA) {
    if (length != CDC_LINE_CODING_LENGTH) {
      refuse();
      return;
    }
    cdc_set_line_coding(bytes);
    accept();
  } else {
    state = CONTROL_IDLE; /* the status stage is over */
  }
}

#include "descriptors.h"

#include <string.h>

#include "usb.h"

/* Seeed's ids of the Wio Terminal under Arduino: ArduinoCore-samd boards.txt. */
enum { VENDOR = 0x2886, PRODUCT = 0x802d };
enum { RELEASE = 0x0100 };

enum { STRING_LANGUAGES, STRING_VENDOR, STRING_PRODUCT, STRING_SERIAL, STRINGS };
enum { LANGUAGE_ENGLISH_US = 0x0409 };
enum { STRING_MAX = 2 + 2 * 32 };

#define U16(value) (value) & 0xff, (value) >> 8

/* Each line is a descriptor or a part of a descriptor. */
/* clang-format off */

/* A composite device whose interfaces are associated: ECN of 2003, table 1-1. */
static const uint8_t device[] = {
    18, USB_DESCRIPTOR_DEVICE, U16(0x0200),
    0xef, 0x02, 0x01, /* class: miscellaneous, common, interface association */
    USB_CONTROL_PACKET, U16(VENDOR), U16(PRODUCT), U16(RELEASE),
    STRING_VENDOR, STRING_PRODUCT, STRING_SERIAL,
    1, /* the number of configurations */
};

enum { CLASS_COMMUNICATIONS = 0x02, SUBCLASS_ACM = 0x02, CLASS_DATA = 0x0a };
enum { FUNCTION_HEADER = 0x00, FUNCTION_CALLS = 0x01, FUNCTION_ACM = 0x02, FUNCTION_UNION = 0x06 };
/* PSTN 1.2, table 4: the device supports the requests about line coding and line state. */
enum { ACM_LINE_REQUESTS = 0x02 };
enum { CONFIGURATION_LENGTH = 75 };
enum { ATTRIBUTES_RESERVED = 0x80, POWER_500_MA = 250, NOTIFY_EVERY_MS = 16 };

static const uint8_t configuration[] = {
    9, USB_DESCRIPTOR_CONFIGURATION, U16(CONFIGURATION_LENGTH), USB_INTERFACES,
    1, /* the number of this configuration */
    0, ATTRIBUTES_RESERVED, POWER_500_MA,

    8, USB_DESCRIPTOR_ASSOCIATION, USB_INTERFACE_CONTROL, USB_INTERFACES, CLASS_COMMUNICATIONS, SUBCLASS_ACM,
    0, 0,

    9, USB_DESCRIPTOR_INTERFACE, USB_INTERFACE_CONTROL, 0, 1, CLASS_COMMUNICATIONS, SUBCLASS_ACM, 0, 0,
    5, USB_DESCRIPTOR_CLASS_INTERFACE, FUNCTION_HEADER, U16(0x0120),
    5, USB_DESCRIPTOR_CLASS_INTERFACE, FUNCTION_CALLS, 0, USB_INTERFACE_DATA,
    4, USB_DESCRIPTOR_CLASS_INTERFACE, FUNCTION_ACM, ACM_LINE_REQUESTS,
    5, USB_DESCRIPTOR_CLASS_INTERFACE, FUNCTION_UNION, USB_INTERFACE_CONTROL, USB_INTERFACE_DATA,
    7, USB_DESCRIPTOR_ENDPOINT, USB_ENDPOINT_NOTIFY | USB_ENDPOINT_IN, USB_ENDPOINT_INTERRUPT, U16(USB_NOTIFY_PACKET),
    NOTIFY_EVERY_MS,

    9, USB_DESCRIPTOR_INTERFACE, USB_INTERFACE_DATA, 0, 2, CLASS_DATA, 0, 0, 0,
    7, USB_DESCRIPTOR_ENDPOINT, USB_ENDPOINT_DATA, USB_ENDPOINT_BULK, U16(USB_DATA_PACKET), 0,
    7, USB_DESCRIPTOR_ENDPOINT, USB_ENDPOINT_DATA | USB_ENDPOINT_IN, USB_ENDPOINT_BULK, U16(USB_DATA_PACKET), 0,
};
/* clang-format on */

_Static_assert(sizeof device == 18, "USB 2.0, table 9-8");
_Static_assert(sizeof configuration == CONFIGURATION_LENGTH, "wTotalLength");

/*
 * jacdac-ts accepts a serial port as a board if its USB vendor is on a list, or if its serial
 * number begins with JD. Seeed is not on the list.
 */
static char serial_text[] = "JD0123456789ABCDEF";

void descriptors_init(uint64_t serial) {
  for (unsigned i = 0; i < 16; i++) {
    serial_text[2 + i] = "0123456789ABCDEF"[serial >> (60 - 4 * i) & 15];
  }
}

static const uint8_t *string(uint8_t index, size_t *length) {
  static const char *const texts[STRINGS] = {
      [STRING_VENDOR] = "Seeed Studio",
      [STRING_PRODUCT] = "Nightlight on Wio Terminal",
      [STRING_SERIAL] = serial_text,
  };
  static uint8_t descriptor[STRING_MAX];
  if (index >= STRINGS) return NULL;
  size_t at = 2;
  if (index == STRING_LANGUAGES) {
    descriptor[at++] = LANGUAGE_ENGLISH_US & 0xff;
    descriptor[at++] = LANGUAGE_ENGLISH_US >> 8;
  } else {
    /* UTF-16, little-endian. */
    for (const char *text = texts[index]; *text && at < sizeof descriptor; text++) {
      descriptor[at++] = (uint8_t)*text;
      descriptor[at++] = 0;
    }
  }
  descriptor[0] = (uint8_t)at;
  descriptor[1] = USB_DESCRIPTOR_STRING;
  *length = at;
  return descriptor;
}

const uint8_t *descriptor_find(uint16_t value, size_t *length) {
  const uint8_t index = (uint8_t)value;
  switch (value >> 8) {
    case USB_DESCRIPTOR_DEVICE:
      *length = sizeof device;
      return index == 0 ? device : NULL;
    case USB_DESCRIPTOR_CONFIGURATION:
      *length = sizeof configuration;
      return index == 0 ? configuration : NULL;
    case USB_DESCRIPTOR_STRING:
      return string(index, length);
    default: /* other descriptors are for high-speed devices */
      return NULL;
  }
}

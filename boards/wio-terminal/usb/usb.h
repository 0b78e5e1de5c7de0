/* Names and numbers of USB 2.0, chapter 9, and of the class CDC 1.2 with its subclass PSTN 1.2. */
#ifndef USB_H
#define USB_H

#include <stdint.h>

/* The eight bytes that begin a control transfer: table 9-2. */
typedef struct {
  uint8_t type;
  uint8_t request;
  uint16_t value;
  uint16_t index;
  uint16_t length;
} usb_setup;

/* bmRequestType: direction, kind, receiver. */
enum { REQUEST_TO_HOST = 0x80, REQUEST_KIND = 0x60, REQUEST_RECEIVER = 0x1f };
enum { KIND_STANDARD = 0x00, KIND_CLASS = 0x20 };
enum { RECEIVER_DEVICE, RECEIVER_INTERFACE, RECEIVER_ENDPOINT };

/* Table 9-4. */
enum {
  GET_STATUS = 0,
  CLEAR_FEATURE = 1,
  SET_FEATURE = 3,
  SET_ADDRESS = 5,
  GET_DESCRIPTOR = 6,
  GET_CONFIGURATION = 8,
  SET_CONFIGURATION = 9,
  GET_INTERFACE = 10,
  SET_INTERFACE = 11
};
enum { FEATURE_ENDPOINT_HALT = 0 };

/* Tables 9-5 and, for the association, the ECN of 2003. */
enum {
  DESCRIPTOR_DEVICE = 1,
  DESCRIPTOR_CONFIGURATION = 2,
  DESCRIPTOR_STRING = 3,
  DESCRIPTOR_INTERFACE = 4,
  DESCRIPTOR_ENDPOINT = 5,
  DESCRIPTOR_ASSOCIATION = 11,
  DESCRIPTOR_CLASS_INTERFACE = 0x24 /* CDC 1.2, table 12 */
};

/* bEndpointAddress and bmAttributes. */
enum { ENDPOINT_IN = 0x80 };
enum { ENDPOINT_BULK = 2, ENDPOINT_INTERRUPT = 3 };

/* PSTN 1.2, table 13. */
enum { SET_LINE_CODING = 0x20, GET_LINE_CODING = 0x21, SET_CONTROL_LINE_STATE = 0x22 };

/* The board's own: interfaces and endpoints, as descriptors.c announces them. */
enum { INTERFACE_CONTROL, INTERFACE_DATA, INTERFACES };
enum { ENDPOINT_CONTROL = 0, ENDPOINT_NOTIFY = 1, ENDPOINT_DATA = 2, ENDPOINTS };
enum { CONTROL_PACKET = 64, DATA_PACKET = 64, NOTIFY_PACKET = 8 };

#endif

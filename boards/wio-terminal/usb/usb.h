/* Names and numbers of USB 2.0, chapter 9, and of the class CDC 1.2 with its subclass PSTN 1.2. */
#ifndef USB_H
#define USB_H

#include <stdint.h>

/* The set-up packet, the eight bytes that begin a control transfer: table 9-2. */
typedef struct {
  uint8_t type;
  uint8_t request;
  uint16_t value;
  uint16_t index;
  uint16_t length;
} usb_setup;

/* Fields of bmRequestType: direction, kind, receiver. */
enum { USB_REQUEST_TO_HOST = 0x80, USB_REQUEST_KIND = 0x60, USB_REQUEST_RECEIVER = 0x1f };
enum { USB_KIND_STANDARD = 0x00, USB_KIND_CLASS = 0x20 };
enum { USB_RECEIVER_DEVICE, USB_RECEIVER_INTERFACE, USB_RECEIVER_ENDPOINT };

/* Standard requests: USB 2.0, table 9-4. */
enum {
  USB_GET_STATUS = 0,
  USB_CLEAR_FEATURE = 1,
  USB_SET_FEATURE = 3,
  USB_SET_ADDRESS = 5,
  USB_GET_DESCRIPTOR = 6,
  USB_GET_CONFIGURATION = 8,
  USB_SET_CONFIGURATION = 9,
  USB_GET_INTERFACE = 10,
  USB_SET_INTERFACE = 11
};
enum { USB_FEATURE_ENDPOINT_HALT = 0 };

/* Descriptor types: USB 2.0, table 9-5, and for the association the ECN of 2003. */
enum {
  USB_DESCRIPTOR_DEVICE = 1,
  USB_DESCRIPTOR_CONFIGURATION = 2,
  USB_DESCRIPTOR_STRING = 3,
  USB_DESCRIPTOR_INTERFACE = 4,
  USB_DESCRIPTOR_ENDPOINT = 5,
  USB_DESCRIPTOR_ASSOCIATION = 11,
  USB_DESCRIPTOR_CLASS_INTERFACE = 0x24 /* CDC 1.2, table 12 */
};

/* Values in bEndpointAddress and bmAttributes. */
enum { USB_ENDPOINT_IN = 0x80 };
enum { USB_ENDPOINT_BULK = 2, USB_ENDPOINT_INTERRUPT = 3 };

/* Requests to the serial port: PSTN 1.2, table 13. */
enum { USB_SET_LINE_CODING = 0x20, USB_GET_LINE_CODING = 0x21, USB_SET_CONTROL_LINE_STATE = 0x22 };

/* The board's interfaces and endpoints, as in descriptors.c. */
enum { USB_INTERFACE_CONTROL, USB_INTERFACE_DATA, USB_INTERFACES };
enum { USB_ENDPOINT_CONTROL = 0, USB_ENDPOINT_NOTIFY = 1, USB_ENDPOINT_DATA = 2, USB_ENDPOINTS };
enum { USB_CONTROL_PACKET = 64, USB_DATA_PACKET = 64, USB_NOTIFY_PACKET = 8 };

#endif

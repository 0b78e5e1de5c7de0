/*
 * The vector table, with the interrupt lines of samd51p19a.h. Lines that are not enabled have no
 * handler. If such a line fires, the chip faults.
 */
#include "vectors.h"

#include "registers.h"
#include "uart.h"
#include "usb_device.h"

static const handler vectors[VECTORS_FIRST_LINE + SAMD51_LINES]
    __attribute__((section(".vectors"), used)) = {
        CORTEX_VECTORS,
        [VECTORS_FIRST_LINE + SAMD51_LINE_SERCOM0 + SAMD51_SERCOM_LINE_DRE] = uart_link_sent,
        [VECTORS_FIRST_LINE + SAMD51_LINE_SERCOM0 + SAMD51_SERCOM_LINE_RXC] = uart_link_received,
        [VECTORS_FIRST_LINE + SAMD51_LINE_SERCOM2 + SAMD51_SERCOM_LINE_DRE] = uart_console_sent,
        [VECTORS_FIRST_LINE + SAMD51_LINE_USB_OTHER] = usb_device_interrupt,
        [VECTORS_FIRST_LINE + SAMD51_LINE_USB_TRCPT0] = usb_device_interrupt,
        [VECTORS_FIRST_LINE + SAMD51_LINE_USB_TRCPT1] = usb_device_interrupt,
};

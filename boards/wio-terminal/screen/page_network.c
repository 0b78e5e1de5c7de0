/* The second page: Wi-Fi and the broker. */
#include <stddef.h>

#include "console.h"
#include "pages.h"
#include "text.h"
#include "widgets.h"

static const char *words_for(link_state link, const char *problem) {
  if (link == LINK_UP) return "connected";
  if (*problem) return problem;
  return link == LINK_STARTING ? "connecting" : "not connected";
}

void page_network(const status *status) {
  char text[64];
  list_line(0, "Wi-Fi", *status->wifi_name ? status->wifi_name : "no name is set");
  list_line(1, "", words_for(status->wifi, status->wifi_problem));
  if (status->wifi == LINK_UP) {
    const uint8_t *const part = status->address;
    text_join(text, sizeof text, console_number(part[0]), ".", console_number(part[1]), ".",
              console_number(part[2]), ".", console_number(part[3]), NULL);
    list_line(2, "Address", text);
  } else {
    list_line(2, "Address", "none");
  }
  text_join(text, sizeof text, *status->broker_host ? status->broker_host : "none asked for", NULL);
  list_line(3, "Broker", text);
  if (status->broker_port) list_line(4, "Port", console_number(status->broker_port));
  list_line(5, "", words_for(status->broker, status->broker_problem));
  text_join(text, sizeof text, console_number(status->connections), " made, ",
            console_number(status->sent_bytes), " B out, ", console_number(status->received_bytes),
            " B in", NULL);
  list_line(6, "Connections", text);
}

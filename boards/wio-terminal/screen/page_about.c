/* The third page: the board itself. */
#include <stddef.h>

#include "console.h"
#include "pages.h"
#include "text.h"
#include "widgets.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

static void uptime(uint32_t seconds, char *into, size_t space) {
  const char *const minutes = console_number(seconds % HOUR_S / MINUTE_S);
  if (seconds >= DAY_S) {
    text_join(into, space, console_number(seconds / DAY_S), " d ",
              console_number(seconds % DAY_S / HOUR_S), " h ", minutes, " min", NULL);
  } else {
    text_join(into, space, console_number(seconds / HOUR_S), " h ", minutes, " min ",
              console_number(seconds % MINUTE_S), " s", NULL);
  }
}

void page_about(const status *status) {
  char text[64];
  list_line(0, "Device", status->id);
  list_line(1, "Firmware", status->version);
  uptime(status->uptime_s, text, sizeof text);
  list_line(2, "Running for", text);
  text_join(text, sizeof text, console_number(status->heap_used_bytes / 1024), " of ",
            console_number(status->heap_bytes / 1024), " KB", NULL);
  list_line(3, "Memory used", text);
  list_line(4, "Started by", status->last_reset);
  list_line(5, "Decides", status->decided);
  list_line(6, "Waiting", status->outbox);
}

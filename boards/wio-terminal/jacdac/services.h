/* The board's services. Each is defined in its own file. */
#ifndef SERVICES_H
#define SERVICES_H

#include "service.h"

extern service control_service;
extern service light_level_service;
extern service light_bulb_service;
extern service button_services[];
extern service wifi_service;

#endif

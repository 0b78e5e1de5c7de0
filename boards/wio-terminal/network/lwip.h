/*
 * Numbers of the coprocessor's socket service: lwIP 2.0.2 as built in seeed-ambd-sdk. Functions:
 * seeed-ambd-firmware erpc_idl.
 */
#ifndef LWIP_H
#define LWIP_H

enum {
  LWIP_SETSOCKOPT = 7,
  LWIP_CLOSE = 8,
  LWIP_CONNECT = 9,
  LWIP_RECV = 12,
  LWIP_SEND = 15,
  LWIP_SOCKET = 18,
  LWIP_FCNTL = 23,
  LWIP_ERRNO = 24,
  LWIP_GETHOSTBYNAME = 25
};

enum { LWIP_AF_INET = 2, LWIP_SOCK_STREAM = 1, LWIP_IPPROTO_TCP = 6, LWIP_TCP_NODELAY = 1 };
enum { LWIP_MSG_DONTWAIT = 8, LWIP_F_SETFL = 4, LWIP_O_NONBLOCK = 1, LWIP_SOCKADDR_SIZE = 16 };

enum {
  LWIP_EAGAIN = 11,
  LWIP_EISCONN = 106,
  LWIP_EALREADY = 114,
  LWIP_EINPROGRESS = 115
};

#endif

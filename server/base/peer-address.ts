/** Returns the address of a connection's peer, as text. */
export function peerAddress(socket: { remoteAddress?: string }): string {
  // Dual-stack sockets report an IPv4 address as ::ffff:192.0.2.1.
  return (socket.remoteAddress ?? "an unknown address").replace(/^::ffff:/, "");
}

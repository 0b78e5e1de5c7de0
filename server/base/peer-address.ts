/** The address of a connection's peer, as text. */
export function peerAddress(socket: { remoteAddress?: string }): string {
  // Dual-stack sockets report IPv4 addresses in this form.
  return (socket.remoteAddress ?? "an unknown address").replace(/^::ffff:/, "");
}

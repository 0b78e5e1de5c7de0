/** Where a connection comes from. */
export function peerAddress(socket: { remoteAddress?: string }): string {
  // IPv4 over a socket for both families.
  return (socket.remoteAddress ?? "an unknown address").replace(/^::ffff:/, "");
}

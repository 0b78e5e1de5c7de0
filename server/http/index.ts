/** The interface of this room to the others. Tests import the tested files directly. */
export { joinUrls, pageUrl, updateHost } from "./addresses";
export { ClassJoin } from "./class-join";
export { ClassRoom } from "./class-room";
export { Metrics } from "./metrics";
export { PageAccess } from "./page-access";
export { qrCode } from "./qr-code";
export { RecentMessages } from "./recent-messages";
export { readToken } from "./token";
export { WebServer } from "./web";

/** Devices in browser tabs have ids of their own kind, so that a page can tell them by it. */
export const TAB_ID_PREFIX = "tab-";
export const TAB_ID_BYTES = 4;

export function isTabId(id: string): boolean {
  return /^tab-[0-9a-f]{8}$/.test(id);
}

/** A device's id, and the password with which the broker lets it speak for that id alone. */
export interface TabLogin {
  id: string;
  password: string;
}

/** Devices in browser tabs have ids with this prefix, by which a page can recognise them. */
export const TAB_ID_PREFIX = "tab-";
export const TAB_ID_BYTES = 4;

export function isTabId(id: string): boolean {
  return /^tab-[0-9a-f]{8}$/.test(id);
}

/** A device's id, and the password with which the broker accepts it for that id only. */
export interface TabLogin {
  id: string;
  password: string;
}

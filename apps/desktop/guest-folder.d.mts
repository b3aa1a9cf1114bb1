/** Where the guest's files are kept: $XDG_CACHE_HOME/cg/desktop, by default in ~/.cache. */
export function guestFolder(): string;

/** What the child lends to isolates as a plain function. */

/** The arguments are hostile until they are checked; undefined says that they do not fit. */
export type Lent = (...args: readonly unknown[]) => unknown

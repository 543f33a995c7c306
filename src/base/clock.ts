/** Time as an argument: pure code takes a `Clock`, only the composition root reads the real one. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number

/** The machine's clock. */
export const systemClock: Clock = () => Date.now()

/** Where the first application's logins end until the operator names an address: at a page of the server. */

export const CALLBACK_PATH = '/callback'

/** @param issuer with the trailing slash */
export const callbackPageOf = (issuer: string): string => new URL(CALLBACK_PATH, issuer).href

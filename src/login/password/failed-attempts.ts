/** Failed log-ins and sign-ups of a network, for all accounts together. */

import { type AttemptOrigin, type Sender, toSender } from '../http/failure-throttle.ts'

/**
 * By what a network's failures are counted. Log-ins and sign-ups have an allowance each: a network that may not log in any
 * more may still sign up.
 */
export const senderOf = (flow: 'log-in' | 'sign-up', origin: AttemptOrigin): Sender => toSender([flow], origin)

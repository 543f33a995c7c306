/** Failed log-ins and sign-ups of a network, whatever the accounts. */

import { type AttemptOrigin, type FailureAllowance, type Sender, toSender } from '../failure-throttle.ts'

/**
 * A hundred failures, and one more each 864 seconds, which are a hundred a day: Auth0's figures for log-ins (suspicious IP
 * throttling). Only failures count, so an office behind one address is not held up by its successes, and a few typos of
 * everybody are given back by the next day. Sign-ups have an allowance of their own with the same figures: who may not
 * log in any more may still sign up.
 */
export const ALLOWANCE: FailureAllowance = { failures: 100, secondsEach: 864 }

/** By what a network's failures are counted. */
export const senderOf = (flow: 'log-in' | 'sign-up', origin: AttemptOrigin): Sender => toSender([flow], origin)

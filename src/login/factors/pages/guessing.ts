/** Takes an attempt before a code is looked at, and says so when there are none left for a while. */

import {
  clearFactorFailures,
  type GuessableFactor,
  takeFactorAttempt,
} from '../../../store/logins/factor-failure-store.ts'
import { attemptsExceeded, codeRefused } from '../factor-events.ts'
import type { Factor } from '../kinds/factor.ts'
import { type FactorVisit, type PageProblem, wentOn } from './factor-visit.ts'
import { eventAuthenticator } from './prove.ts'

const minutes = (seconds: number): string => (seconds <= 90 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`)

/**
 * Checks a code that can be guessed.
 *
 * @param check the method that the code proves; undefined for a wrong code, or one that was used before; `repeated` for one
 *   that this login has used
 * @returns that method, or what the page says instead
 * @throws LoginWentOn when the form was sent before
 */
export const checkCode = async (
  visit: FactorVisit,
  factor: Factor & { readonly name: GuessableFactor },
  check: () => Promise<{ readonly id: string } | 'repeated' | undefined>,
): Promise<{ readonly method: { readonly id: string } } | { readonly problem: PageProblem }> => {
  const { services, key, user, eventContext } = visit
  const { db, log, config } = services
  const { limitFactors: limit } = config
  const authenticator = eventAuthenticator(visit, factor)
  const until = limit === 'off' ? undefined : await takeFactorAttempt(db, key.tenantId, user.userId, factor.name, limit)
  if (until) {
    await log.record(attemptsExceeded(eventContext, authenticator, until))
    const retryAfter = Math.max(1, Math.ceil((until.getTime() - eventContext.at) / 1000))
    return { problem: { error: `Too many wrong codes. Try again in ${minutes(retryAfter)}.`, status: 429, retryAfter } }
  }
  const method = await check()
  if (method) {
    await clearFactorFailures(db, key.tenantId, user.userId, factor.name)
    if (method === 'repeated') throw wentOn(visit)
    return { method }
  }
  await log.record(
    codeRefused(eventContext, authenticator, { errorCode: 'invalid_code', message: 'The code is wrong.' }),
  )
  return { problem: { error: 'This code is wrong, or was used before. Enter the one that you see now.' } }
}

/** Stops a network that guesses the secret of a client. */

import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../store/database/database.ts'
import { createFailureThrottle, toSender } from '../http/failure-throttle.ts'
import type { LoginConfig } from '../http/login-config.ts'
import { exchangeOf } from './engine-context.ts'

/** The `error` of an answer to a sender who is not listened to. */
export const TOO_MANY_ATTEMPTS = 'too_many_attempts'

/** Senders whose debts are remembered; one that is forgotten is known again after one more failure. */
const MAX_DEBTS = 10_000

/**
 * What senders owe, as their last failure on this server said. So a request with the right secret costs no statement;
 * of several servers, each hears a guesser once before it knows what the others have counted.
 */
const createDebts = (clock: Clock) => {
  const ends = new Map<string, number>()
  return {
    recall: (key: string): number => Math.max(0, ((ends.get(key) ?? 0) - clock()) / 1000),
    note(key: string, owed: number): void {
      // Answers of the database overtake one another, and a debt ends later with each failure.
      const end = Math.max(ends.get(key) ?? 0, clock() + owed * 1000)
      ends.delete(key)
      ends.set(key, end)
      const oldest = ends.size > MAX_DEBTS ? ends.keys().next().value : undefined
      if (oldest !== undefined) ends.delete(oldest)
    },
  }
}

/** RFC 6585 section 4; RFC 6749 has no word for it. */
const tooMany = (context: KoaContextWithOIDC, pause: number): errors.OIDCProviderError => {
  context.set('Retry-After', String(Math.max(1, pause)))
  const error = new errors.OIDCProviderError(429, TOO_MANY_ATTEMPTS)
  error.error_description = 'Too many wrong client secrets were sent from your network. Try again later.'
  return error
}

/**
 * Wraps the engine's comparison of secrets, at each endpoint at which clients prove themselves. Wrong secrets of one client from one network
 * are counted: no other client, and no other network, waits for a program with an old secret.
 */
export const throttleClientSecrets = (
  provider: Provider,
  {
    db,
    clock,
    config,
  }: { readonly db: Db; readonly clock: Clock; readonly config: Pick<LoginConfig, 'limitClientSecrets'> },
): void => {
  const throttle = createFailureThrottle(db, config.limitClientSecrets)
  const debts = createDebts(clock)
  const { prototype } = provider.Client
  const { compareClientSecret } = prototype
  prototype.compareClientSecret = async function (this: typeof prototype, actual: string): Promise<boolean> {
    const context = Provider.ctx
    if (!context) throw new TypeError('a client proves itself outside of a request')
    const { tenant, ip, keys } = exchangeOf(context)
    const origin = { tenantId: tenant.tenantId, ip, failureKey: keys.failureHash }
    const sender = toSender(['client', this.clientId], origin)
    const refuse = () => tooMany(context, throttle.pause(debts.recall(sender.keyHash)))
    if (await compareClientSecret.call(this, actual)) {
      if (!throttle.isAdmitted(sender, debts.recall(sender.keyHash))) throw refuse()
      return true
    }
    return throttle.attempt(sender, async ({ isAdmitted, fail }) => {
      if (!isAdmitted(debts.recall(sender.keyHash))) throw refuse()
      debts.note(sender.keyHash, await fail())
      return false
    })
  }
}

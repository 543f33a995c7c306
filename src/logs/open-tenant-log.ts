/** Opens the tenant log of a server: its upkeep, its writer, and the budget of refusals before it. */

import type { Clock } from '../base/clock.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Rate } from '../base/rate-limiter.ts'
import type { Db } from '../store/database/database.ts'
import type { TenantLog } from './record/log-event.ts'
import { createTenantLog } from './record/record.ts'
import { createRefusalBudget } from './record/refusal-budget.ts'
import { startLogUpkeep } from './upkeep.ts'

export interface OpenTenantLogOptions {
  readonly db: Db
  readonly clock: Clock
  readonly random: RandomBytes
  /** Days for which events are kept at least. */
  readonly retentionDays: number
  /** Refusals of one type from one network that are written one by one. */
  readonly refusals: Rate | 'off'
  readonly logger: Record<'info' | 'error', (context: object, message: string) => void>
}

/**
 * @returns the log; disposing it writes everything that was recorded before
 * @throws the database's error when the days of the log cannot be made
 */
export const openTenantLog = async (options: OpenTenantLogOptions): Promise<TenantLog & AsyncDisposable> => {
  const { db, clock, random, retentionDays, refusals, logger } = options
  await using opening = new AsyncDisposableStack()
  opening.use(
    await startLogUpkeep({
      db,
      clock,
      retentionDays,
      onDropped: days => logger.info({ days }, 'days of the log were dropped: their retention has ended'),
      onError: error => logger.error({ err: error }, 'the upkeep of the log failed'),
    }),
  )
  const writer = opening.use(createTenantLog({ db, random }))
  const { record } = opening.use(
    createRefusalBudget(writer, {
      rate: refusals,
      onError: error => logger.error({ err: error }, 'the log could not say yet that events were left out'),
    }),
  )
  const opened = opening.move()
  return { record, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

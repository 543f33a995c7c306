/** Applies what the Actions of a login asked for, once, when the last of them is done. */

import type { Effect } from '../../actions/contract/effects.ts'
import { CodedError } from '../../base/coded-error.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { saveSessionMethod } from '../../store/logins/session-method-store.ts'
import { changeUser, MAX_METADATA_BYTES } from '../../store/users/user-writes.ts'
import { CONTINUE, type StepOutcome } from '../pipeline/step.ts'
import { LIFETIME } from '../transaction/lifetime.ts'
import { applyEffects, createEffectTarget, type EffectTarget } from './apply-effects.ts'
import { forget, type PostLoginRun, type PostLoginServices, sessionKey } from './post-login-run.ts'
import { deny } from './refusal.ts'

/** An empty object would remove every property. */
const asked = (changes: ReadonlyMap<string, Json>): JsonObject | undefined =>
  changes.size > 0 ? Object.fromEntries(changes) : undefined

const write = async (
  { db, clock }: PostLoginServices,
  { login, facts }: PostLoginRun,
  target: EffectTarget,
): Promise<void> => {
  const { exchange, user } = login
  const now = new Date(clock())
  const { userMetadata, appMetadata, recordedMethods } = target
  if (userMetadata.size + appMetadata.size > 0) {
    const changes = { userMetadata: asked(userMetadata), appMetadata: asked(appMetadata), at: now }
    await changeUser({ db, tenantId: exchange.tenant.tenantId }, user.userId, changes)
  }
  const until = new Date(facts.authenticatedAt + LIFETIME.sessionAbsolute * 1000)
  for (const name of recordedMethods) {
    await saveSessionMethod(db, sessionKey(login), { name, amr: [], performedAt: now }, until)
  }
}

/** Users have one identity here, so there is no other whom a login could be for; decision 0011 says why. */
const WRONG_PRIMARY = deny(
  'access_denied',
  'api.authentication.setPrimaryUser: identities are not linked on this server, so a login is for its own user only.',
)

/** An Action may rely on what it has stored, so a login that cannot store it is no success. */
const METADATA_FULL = deny(
  'access_denied',
  `api.user: the metadata of a user has at most ${MAX_METADATA_BYTES} bytes of each kind, and this login would add more.`,
)

export const settleEffects = async (
  services: PostLoginServices,
  run: PostLoginRun,
  effects: readonly Effect[],
): Promise<StepOutcome> => {
  const { login } = run
  forget(login)
  const target = createEffectTarget(login.exchange.plan)
  applyEffects(target, effects)
  if (target.primaryUserId !== undefined && target.primaryUserId !== login.user.userId) return WRONG_PRIMARY
  try {
    await write(services, run, target)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'user_metadata_too_large') return METADATA_FULL
    throw error
  }
  return CONTINUE
}

/** Passkeys on the login page: what the page offers, and who logs in with one. No user types an address. */

import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import { type RelyingParty, relyingPartyOf } from '../../model/relying-party.ts'
import { userHandleOf } from '../../model/webauthn-credential.ts'
import type { Db } from '../../store/database/database.ts'
import { consumeChallenge } from '../../store/logins/used-challenge-store.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import { findCredential, type StoredCredential, useCredential } from '../../store/users/credential-store.ts'
import { findUser, type UserRecord } from '../../store/users/user-store.ts'
import type { PageInteraction } from '../engine/interaction.ts'
import type { PasskeyOffer } from '../pages/factor-page-data.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { requestOptions } from './ceremony.ts'
import { passkeyPolicyOf } from './passkey-policy.ts'
import { type Answer, parseAnswer, type Refused, verifyUse } from './webauthn-answer.ts'
import { type ChallengeBinding, checkChallenge, createChallenge } from './webauthn-challenge.ts'
import { WEBAUTHN_SCRIPT } from './webauthn-script.ts'

type PasskeyServices = { readonly db: Db; readonly clock: Clock; readonly random: RandomBytes }

/** Milliseconds: suggestions of a field work for as long as the page, which is as long as its login may take. */
const CHALLENGE_LIFETIME_MS = 60 * 60 * 1000

const bindingOf = ({ tenant }: Exchange, { transaction }: PageInteraction): ChallengeBinding => ({
  tenantId: tenant.tenantId,
  transactionId: transaction.id,
  ceremony: 'get',
  type: 'passkey',
  userId: undefined,
})

/** What the login page needs to offer passkeys; undefined where the connection or the address has none. */
export const passkeyOffer = (
  exchange: Exchange,
  { clock, random }: PasskeyServices,
  interaction: PageInteraction,
  connection: ConnectionRecord,
): PasskeyOffer | undefined => {
  const policy = passkeyPolicyOf(connection)
  const party = relyingPartyOf(exchange.tenant)
  if (!policy.enabled || !party) return undefined
  const made = { key: exchange.keys.webauthnChallenge, random }
  const challenge = createChallenge(bindingOf(exchange, interaction), clock() + CHALLENGE_LIFETIME_MS, made)
  const options = requestOptions('passkey', { party, methods: undefined, challenge })
  return {
    button: policy.button,
    autofill: policy.autofill ? 'on' : 'off',
    options: JSON.stringify(options),
    script: WEBAUTHN_SCRIPT.path,
  }
}

export type PasskeySignIn =
  | { readonly kind: 'verified'; readonly user: UserRecord }
  /** The same form was sent before. */
  | { readonly kind: 'repeated' }
  | (Refused & { readonly user?: UserRecord })

const refused = (reason: string, user?: UserRecord): PasskeySignIn => ({
  kind: 'refused',
  reason,
  ...(user ? { user } : {}),
})

/**
 * The credential says who it is for; the authenticator says for whom it was made. Both must be the same. A passkey that
 * an administrator has brought along has the handle that it was made with.
 */
const isMadeFor = (tenantId: string, stored: StoredCredential, userHandle: string | undefined): boolean => {
  const expected =
    stored.userHandle === undefined
      ? userHandleOf(tenantId, stored.userId)
      : Buffer.from(stored.userHandle, 'base64url')
  const given = Buffer.from(userHandle ?? '', 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const verifyPasskey = async (
  { tenant }: Exchange,
  { db, clock }: PasskeyServices,
  party: RelyingParty,
  { answer, stored, user }: { readonly answer: Answer; readonly stored: StoredCredential; readonly user: UserRecord },
): Promise<PasskeySignIn> => {
  if (!isMadeFor(tenant.tenantId, stored, answer.userHandle)) {
    return refused('The passkey was made for another user.', user)
  }
  const used = await verifyUse(stored, answer, party)
  if (used.kind === 'refused') return refused(used.reason, user)
  const use = { ...used, at: new Date(clock()) }
  return (await useCredential(db, tenant.tenantId, stored, use))
    ? { kind: 'verified', user }
    : refused('The counter of the passkey has not grown.', user)
}

/**
 * Recognises the user of a passkey.
 *
 * @param field the form's, as the page's script wrote it
 */
export const signInWithPasskey = async (
  exchange: Exchange,
  services: PasskeyServices,
  { interaction, connection }: { readonly interaction: PageInteraction; readonly connection: ConnectionRecord },
  field: string,
): Promise<PasskeySignIn> => {
  const { tenantId } = exchange.tenant
  const party = relyingPartyOf(exchange.tenant)
  const answer = parseAnswer(field)
  if (!party || !passkeyPolicyOf(connection).enabled) return refused('Passkeys are not offered here.')
  if (!answer) return refused('The answer has not the form of one.')
  const check = { key: exchange.keys.webauthnChallenge, now: services.clock() }
  const expiresAt = checkChallenge(answer.challenge, bindingOf(exchange, interaction), check)
  if (!expiresAt) return refused('The challenge is not of this page, or its time is over.')
  if (!(await consumeChallenge(services.db, tenantId, answer.challenge, expiresAt))) return { kind: 'repeated' }
  const stored = await findCredential(services.db, tenantId, answer.credentialId)
  if (stored?.type !== 'passkey') return refused('The passkey is not known.')
  const user = await findUser(services.db, tenantId, stored.userId)
  if (user?.connectionId !== connection.id) return refused('The passkey is of a user of another connection.')
  return verifyPasskey(exchange, services, party, { answer, stored, user })
}

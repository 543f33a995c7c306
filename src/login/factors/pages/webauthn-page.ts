/** What the WebAuthn pages have in common: challenges, answers, and what browsers report. */

import { isJsonObject, parseJson } from '../../../base/json.ts'
import { type RelyingParty, relyingPartyOf } from '../../../model/relying-party.ts'
import { consumeChallenge } from '../../../store/logins/used-challenge-store.ts'
import type { CredentialType } from '../../../store/users/credential-store.ts'
import { PageRefusal } from '../../http/failure.ts'
import type { FactorFailure } from '../factor-events.ts'
import { type Answer, parseAnswer, type Refused } from '../webauthn-answer.ts'
import { type ChallengeBinding, checkChallenge, createChallenge } from '../webauthn-challenge.ts'
import { type FactorVisit, wentOn } from './factor-visit.ts'

/** Milliseconds that a page may stand open before its button is used. */
const CHALLENGE_LIFETIME_MS = 15 * 60 * 1000

/** @throws PageRefusal at an address where browsers offer no WebAuthn */
export const requireRelyingParty = ({ exchange }: Pick<FactorVisit, 'exchange'>): RelyingParty => {
  const party = relyingPartyOf(exchange.tenant)
  if (party) return party
  throw new PageRefusal({
    status: 403,
    code: 'webauthn_unavailable',
    title: 'This does not work here',
    message: 'Browsers offer passkeys and security keys only at addresses with https and a host name.',
  })
}

export const bindingOf = (
  { key, user }: Pick<FactorVisit, 'key' | 'user'>,
  ceremony: ChallengeBinding['ceremony'],
  type: CredentialType,
): ChallengeBinding => ({ ...key, ceremony, type, userId: user.userId })

/** A new challenge for the page. */
export const pageChallenge = ({ exchange, services, eventContext }: FactorVisit, binding: ChallengeBinding) =>
  createChallenge(binding, eventContext.at + CHALLENGE_LIFETIME_MS, {
    key: exchange.keys.webauthnChallenge,
    random: services.random,
  })

/**
 * Reads an answer and uses up its challenge; nothing of the answer is verified yet. A challenge is of one page of one login.
 *
 * @throws LoginWentOn when the form was sent before
 */
export const takeAnswer = async (
  visit: FactorVisit,
  field: string,
  binding: ChallengeBinding,
): Promise<({ readonly kind: 'answer' } & Answer) | Refused> => {
  const { exchange, services, key } = visit
  const answer = parseAnswer(field)
  if (!answer) return { kind: 'refused', reason: 'The answer has not the form of one.' }
  const { db, clock } = services
  const check = { key: exchange.keys.webauthnChallenge, now: clock() }
  const expiresAt = checkChallenge(answer.challenge, binding, check)
  if (!expiresAt) return { kind: 'refused', reason: 'The challenge is not of this page, or its time is over.' }
  if (!(await consumeChallenge(db, key.tenantId, answer.challenge, expiresAt))) throw wentOn(visit)
  return { kind: 'answer', ...answer }
}

const REPORT = 'showError::'

/** What a browser's error means to a person. */
const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError: 'It was cancelled, or took too long. Try again when you are ready.',
  InvalidStateError: 'This one is set up for your account already.',
  NotSupportedError: 'This browser or device cannot do this.',
  SecurityError: 'The browser refuses to do this at this address.',
  AbortError: 'It was cancelled. Try again when you are ready.',
}

const DID_NOT_WORK = 'It did not work. Try again.'

/**
 * The error that the page's script reports; undefined when the form carries an answer. Only the error's name is kept,
 * and only when it is one that we know: everything else in it is the sender's to choose.
 */
export const reportedError = (form: URLSearchParams): (FactorFailure & { readonly sentence: string }) | undefined => {
  const action = form.get('action') ?? ''
  if (!action.startsWith(REPORT)) return undefined
  const report = parseJson(action.slice(REPORT.length))
  const name = isJsonObject(report) && typeof report.name === 'string' ? report.name : ''
  const errorCode = Object.hasOwn(SENTENCES, name) ? name : 'UnknownError'
  return { errorCode, message: `The browser reported ${errorCode}.`, sentence: SENTENCES[errorCode] ?? DID_NOT_WORK }
}

/** An answer that was refused. */
export const refusal = ({ reason }: Refused): FactorFailure & { readonly sentence: string } => ({
  errorCode: 'invalid_answer',
  message: reason,
  sentence: DID_NOT_WORK,
})

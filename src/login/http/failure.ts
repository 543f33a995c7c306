/** Answers for what went wrong on our side, or with the browser's request: a page for people, JSON for programs. */

import { QueueFull } from '../../base/turns.ts'
import { isDatabaseUnavailable } from '../../store/database/database-unavailable.ts'
import { BodyError, type BodyProblem } from './request-body.ts'

export interface Failure {
  readonly status: number
  /** As OAuth names it. */
  readonly code: string
  readonly title: string
  /** For the person at the browser. */
  readonly message: string
  /** Seconds. */
  readonly retryAfter?: number
}

/** An application that a page can lead back to. */
export interface ApplicationHint {
  readonly clientId: string
  /** Of the login under way, as it was checked when it began. */
  readonly redirectUri?: string | undefined
}

/** A request that gets a page instead of what it asked for: it is the browser's doing, not ours. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal'
  readonly failure: Failure
  /** In place of the one that the request's own login is for. */
  readonly application: ApplicationHint | undefined

  constructor(failure: Failure, application?: ApplicationHint) {
    super(failure.title)
    this.failure = failure
    this.application = application
  }
}

export const EXPIRED: Failure = {
  status: 400,
  code: 'expired',
  title: 'This page has expired',
  message: 'Go back to the application and log in again.',
}

export const OTHER_BROWSER: Failure = {
  status: 403,
  code: 'other_browser',
  title: 'This login belongs to another browser',
  message:
    'For your safety a login is finished in the browser that began it. Go back to the application and log in again; cookies must be allowed.',
}

const BODY: Record<BodyProblem, Failure> = {
  too_large: { status: 413, code: 'invalid_request', title: 'Too much data', message: 'The form is too large.' },
  unsupported_media_type: {
    status: 415,
    code: 'invalid_request',
    title: 'Something went wrong',
    message: 'The form was sent in a form that is not understood here.',
  },
  malformed: {
    status: 400,
    code: 'invalid_request',
    title: 'Something went wrong',
    message: 'The request cannot be read.',
  },
}

const BUSY: Failure = {
  status: 503,
  code: 'temporarily_unavailable',
  title: 'One moment, please',
  message: 'Many people are logging in right now. Try again in a few seconds.',
  retryAfter: 5,
}

const AWAY: Failure = {
  status: 503,
  code: 'temporarily_unavailable',
  title: 'Not available right now',
  message: 'We cannot log you in at the moment. Try again in a minute.',
  retryAfter: 30,
}

const DEFECT: Failure = {
  status: 500,
  code: 'server_error',
  title: 'Something went wrong',
  message: 'This is our fault, not yours. Try again; if it happens again, tell the people who run this service.',
}

/** What the sender is told of an error; nothing of the error itself. */
export const toFailure = (error: unknown): Failure => {
  if (error instanceof PageRefusal) return error.failure
  if (error instanceof BodyError) return BODY[error.problem]
  if (error instanceof QueueFull) return BUSY
  return isUnavailable(error) ? AWAY : DEFECT
}

/** The log reports a database that stays away with an error of its own. */
const isUnavailable = (error: unknown): boolean =>
  isDatabaseUnavailable(error) ||
  (error instanceof Error && 'code' in error && error.code === 'service_unavailable') ||
  (error instanceof Error && error.cause !== undefined && isUnavailable(error.cause))

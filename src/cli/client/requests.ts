/** JSON requests with patience: what passes is tried again, what does not is said in the server's words. */

import { isJsonObject, parseJson } from '../../base/json.ts'
import { CliFailure } from '../terminal/cli-failure.ts'
import { toTerminalText } from '../terminal/terminal-text.ts'
import { pause } from './pause.ts'
import { backoffMs, retryAfterMs } from './retry-delay.ts'

export interface RequestOptions {
  /** Ends requests and waits; what is under way rejects with its reason. */
  readonly signal: AbortSignal
  /** Milliseconds for which a request is tried again while nothing but trouble comes back. */
  readonly patienceMs: number
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** From 0 to 1. */
  readonly random?: () => number
  readonly sleep?: typeof pause
  /** Told once when trouble begins, and once when it is over. */
  readonly onTrouble?: (reason: string) => void
  readonly onRecovery?: () => void
}

/** An answer, or a 401, which may only mean that the token is old. */
export type Answer = { readonly kind: 'answer'; readonly body: unknown } | { readonly kind: 'unauthorized' }

/** @throws CliFailure when the server refuses, or when trouble outlasts the patience */
export type SendRequest = (address: URL, init?: RequestInit) => Promise<Answer>

/** What another attempt may do better. */
interface Trouble {
  readonly kind: 'trouble'
  readonly reason: string
  /** What the server asks for. */
  readonly waitMs: number | undefined
}

const TIMEOUT_MS = 60_000

const passes = (status: number): boolean => status === 408 || status === 429 || status >= 500

/** The server's own sentence, or the beginning of what came instead. */
const sentenceOf = (text: string): string => {
  const body = parseJson(text)
  const words = isJsonObject(body) ? (body.message ?? body.error_description ?? body.error) : undefined
  return toTerminalText(typeof words === 'string' ? words : text.trim(), 500)
}

/** The innermost reason: fetch says only that it failed. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}

const readAnswer = (address: URL, { status, ok }: Response, text: string): Answer => {
  if (status === 401) return { kind: 'unauthorized' }
  if (!ok) throw new CliFailure(`${address.pathname} answered ${status}: ${sentenceOf(text)}`)
  if (status === 204) return { kind: 'answer', body: undefined }
  const body = parseJson(text)
  if (body === undefined) throw new CliFailure(`${address.origin}${address.pathname} did not answer with JSON.`)
  return { kind: 'answer', body }
}

/** Requests that are made through one of these are in trouble together, and recover together. */
export const createRequests = (options: RequestOptions): SendRequest => {
  const { signal, patienceMs, random = Math.random, now = Date.now, sleep = pause } = options
  const fetchNow = options.fetch ?? fetch
  let isTroubled = false

  const attempt = async (address: URL, init: RequestInit): Promise<Answer | Trouble> => {
    let response: Response
    let text: string
    try {
      // Redirects are refused: the request carries a secret or a token.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      response = await fetchNow(address, { ...init, redirect: 'error', signal: limit })
      text = await response.text()
    } catch (error) {
      signal.throwIfAborted()
      return { kind: 'trouble', reason: `${address.origin} cannot be reached (${causeOf(error)})`, waitMs: undefined }
    }
    if (!passes(response.status)) return readAnswer(address, response, text)
    const waitMs = retryAfterMs(response.headers.get('retry-after'), now())
    return { kind: 'trouble', reason: `${address.pathname} answered ${response.status}: ${sentenceOf(text)}`, waitMs }
  }

  const settle = (answer: Answer): Answer => {
    if (isTroubled) options.onRecovery?.()
    isTroubled = false
    return answer
  }

  return async (address, init = {}) => {
    const started = now()
    for (let failures = 1; ; failures += 1) {
      const outcome = await attempt(address, init)
      if (outcome.kind !== 'trouble') return settle(outcome)
      const { reason, waitMs = backoffMs(failures, random()) } = outcome
      if (now() - started + waitMs > patienceMs) throw new CliFailure(`${reason}; gave up.`)
      if (!isTroubled) options.onTrouble?.(reason)
      isTroubled = true
      await sleep(waitMs, signal)
    }
  }
}

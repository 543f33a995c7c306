/** Reads what a child says. A child may be in hostile hands: what does not fit the contract is not a message. */

import { isJsonObject } from '../../../base/json.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { CallEnding, CallLogs, FromChild } from '../../contract/messages.ts'

const ENDINGS: readonly string[] = ['settled', 'timeout', 'memory', 'syntax', 'lost'] satisfies CallEnding[]

const isEnding = (value: unknown): value is CallEnding => typeof value === 'string' && ENDINGS.includes(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value)

const toLogs = (value: unknown): CallLogs | undefined => {
  if (!isJsonObject(value) || typeof value.text !== 'string') return undefined
  return { text: value.text.slice(0, LIMITS.logChars), truncated: value.truncated === true }
}

const readEnded = (head: Record<string, unknown>, call: number): FromChild | undefined => {
  const logs = toLogs(head.logs)
  const { ending, cpuMs } = head
  if (!logs || !isEnding(ending) || typeof cpuMs !== 'number') return undefined
  return { type: 'ended', call, ending, cpuMs, logs }
}

/** @returns undefined for anything else */
export const readMessage = (head: unknown): FromChild | undefined => {
  if (!isJsonObject(head)) return undefined
  const { type, call, fetch, request } = head
  if (type === 'ready' || type === 'pong' || type === 'retire') return { type }
  if (!isCount(call)) return undefined
  if (type === 'unknown' || type === 'begun') return { type, call }
  if (type === 'ended') return readEnded(head, call)
  if (!isCount(fetch)) return undefined
  if (type === 'abort') return { type, call, fetch }
  return type === 'fetch' && typeof request === 'string' ? { type, call, fetch, request } : undefined
}

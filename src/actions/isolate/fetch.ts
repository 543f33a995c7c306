/** fetch: the request leaves through the parent, which decides where it may go. */

import { LIMITS } from '../contract/limits.ts'
import { type Init, toSent } from './body.ts'
import { type Current, runningCall } from './current.ts'
import type { createBodies } from './request-response.ts'

/** The parent's answer, or the reason why there is none. */
interface Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  readonly redirected: boolean
  readonly failure?: string
}

interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
}

const isSignal = (value: unknown): value is Signal => typeof value === 'object' && value !== null && 'aborted' in value

export const createFetch = (current: Current, bodies: ReturnType<typeof createBodies>) => {
  const { Request, Response, takeFrom } = bodies
  return async (input: unknown, init: Init = {}): Promise<InstanceType<typeof Response>> => {
    const request = new Request(input, init)
    const signal = isSignal(request.signal) ? request.signal : undefined
    if (signal?.aborted) throw signal.reason
    const call = runningCall(current, 'fetch')
    const bytes = await toSent(takeFrom(request), current, LIMITS.requestBytes)
    // While a stream was read, the call may have ended and another one begun: this request is not that one's.
    if (current.call !== call) throw new TypeError('fetch: the call that this code belongs to has ended')
    if (signal?.aborted) throw signal.reason
    const id = call.nextId++
    return new Promise((resolve, reject) => {
      call.fetches.set(id, (text, body) => {
        const { failure, url, redirected, ...answer }: Answer = JSON.parse(text)
        if (failure !== undefined) return reject(new TypeError(`fetch failed: ${failure}`))
        const content = /^(101|204|205|304)$/.test(String(answer.status)) ? undefined : body
        resolve(Object.assign(new Response(content, answer), { url, redirected }))
      })
      signal?.addEventListener('abort', () => {
        if (!call.fetches.delete(id)) return
        current.bridge.abortFetch(id)
        reject(signal.reason)
      })
      const { url, method, redirect, headers } = request
      current.bridge.fetch(id, JSON.stringify({ url, method, redirect, headers: Object.fromEntries(headers) }), bytes)
    })
  }
}

/** The parent has answered a request. */
export const settleFetch = (current: Current, id: number, response: string, body: ArrayBuffer): void => {
  const settle = current.call?.fetches.get(id)
  current.call?.fetches.delete(id)
  settle?.(response, body)
}

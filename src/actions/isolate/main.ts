/** What runs in an isolate before an Action: globals, `require`, the api object, and the entrances for the child. */

import { API } from '../api/index.ts'
import type { ApiMethod, CallState } from '../api/method.ts'
import { createApi, type Recorded } from './api-object.ts'
import type { Bridge, CallEnd, CallHead, Entrances, ModuleWrapper } from './bridge.ts'
import { settleAnswer } from './crypto.ts'
import { type Current, startCall } from './current.ts'
import { settleFetch } from './fetch.ts'
import { installGlobals } from './globals.ts'
import { harden } from './harden.ts'
import { createRequire } from './require.ts'
import { describeThrown } from './thrown.ts'
import { fireTimer } from './timers.ts'

const { parse, stringify } = JSON

type Exports = Record<string, unknown>

const methodsOf = new Map<string, ApiMethod[]>()
for (const of of API.values()) {
  for (const trigger of of.triggers) methodsOf.set(trigger, [...(methodsOf.get(trigger) ?? []), of])
}

const toEvent = (text: string, head: CallHead): Record<string, unknown> => {
  const event: { transaction?: { metadata?: unknown }; [name: string]: unknown } = parse(text)
  event.experiment ??= null
  event.secrets = head.secrets
  if (head.transactionMetadata) {
    event.transaction = { ...event.transaction, metadata: { ...head.transactionMetadata } }
  }
  return event
}

const toState = (event: CallState['event'], head: CallHead, { bridge }: Current): Omit<CallState, 'record'> => ({
  event,
  isContinued: head.isContinued,
  interactive: head.interactive,
  issuer: head.issuer,
  redirectState: head.redirectState,
  cache: new Map(Object.entries(head.cache)),
  now: () => Date.now(),
  signToken: (claims, secret) => String(bridge.compute('signToken', claims, secret)),
  readToken: (token, secret) => bridge.compute('readToken', token, secret) as ReturnType<CallState['readToken']>, // what the child answers
})

/** The Action's module. It runs inside the first call, so that what it asks of the bridge belongs to a call. */
const createModule = (current: Current) => {
  const require = createRequire(current)
  const module: { exports: Exports } = { exports: {} }
  let wrapper: ModuleWrapper | undefined
  let isLoaded = false
  return {
    set: (given: ModuleWrapper): void => {
      wrapper = given
    },
    load: (): Exports => {
      if (!isLoaded && wrapper) wrapper.call(module.exports, module.exports, require, module)
      isLoaded = true
      return module.exports
    },
  }
}

/** Runs the handler that a call names; what it throws, whatever that is, is how the call ends. */
const perform = async (
  load: () => Exports,
  head: CallHead,
  event: Record<string, unknown>,
  current: Current,
  recorded: Recorded,
): Promise<CallEnd> => {
  const call = current.call
  try {
    const exported = load()
    const handler = exported?.[head.handler]
    if (head.handler === '') {
      return { exports: Object.keys(exported ?? {}).filter(name => typeof exported[name] === 'function') }
    }
    if (typeof handler !== 'function') return { missing: true }
    const surroundings = { state: toState(event, head, current), recorded, isOver: () => call?.ended !== false }
    await handler(event, createApi(methodsOf.get(head.trigger) ?? [], surroundings))
    return {}
  } catch (error) {
    return { error: describeThrown(error) }
  }
}

/** Called once per isolate by the child; nothing of it is reachable from an author's code. */
export const boot = (bridge: Bridge): Entrances => {
  harden()
  const current: Current = { bridge, call: undefined }
  installGlobals(current)
  const module = createModule(current)
  let isPolled = false
  let result: string | undefined

  const settle = ({ texts, overflow }: Recorded, end: CallEnd): void => {
    if (current.call) current.call.ended = true
    current.call = undefined
    const text = `{"calls":[${texts.join(',')}],"report":${stringify({ ...end, overflow })}}`
    if (isPolled) result = text
    else bridge.done(text)
  }

  return {
    load: module.set,
    begin: (headText, eventText, poll) => {
      const head: CallHead = parse(headText)
      const recorded: Recorded = { texts: [], chars: 0, overflow: false }
      isPolled = poll
      result = undefined
      current.call = startCall()
      void perform(module.load, head, toEvent(eventText, head), current, recorded).then(end => settle(recorded, end))
    },
    poll: () => {
      isPolled = false
      return result
    },
    timer: id => fireTimer(current, id),
    fetched: (id, response, body) => settleFetch(current, id, response, body),
    answered: (id, isValue, value) => settleAnswer(current, id, isValue, value),
  }
}

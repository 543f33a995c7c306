/** What runs in an isolate before an Action: globals, `require`, the api object, and the entrances for the child. */

import { API } from '../contract/api/index.ts'
import type { CallState } from '../contract/api/method.ts'
import type { Bridge, CallEnd, CallHead, Entrances, ModuleWrapper } from '../contract/bridge.ts'
import { TRIGGERS } from '../contract/triggers/index.ts'
import { prepareApi, type Recorded } from './api-object.ts'
import { formatLine, showValue } from './console.ts'
import { settleAnswer } from './crypto.ts'
import { type Current, startCall } from './current.ts'
import { settleFetch } from './fetch.ts'
import { installGlobals } from './globals.ts'
import { harden } from './harden.ts'
import { createParts } from './load-parts.ts'
import type { Parts } from './part.ts'
import { createNodeRequire, createRequire } from './require.ts'
import { watchPrototypes } from './spoiled.ts'
import { describeThrown } from './thrown.ts'
import { fireTimer } from './timers.ts'

const { parse, stringify } = JSON

type Exports = Record<string, unknown>

/** What makes the api object of a trigger. */
const apiOf = new Map(
  Object.values(TRIGGERS).map(({ id }) => [id, prepareApi([...API.values()].filter(of => of.triggers.includes(id)))]),
)

interface Event {
  transaction?: { metadata?: unknown }
  [name: string]: unknown
}

/** What the author gets: `experiment` is null and `experiments` empty rather than absent, and secrets and metadata are in their places. */
const toEvent = (event: Event, head: CallHead): Event => {
  event.experiment ??= null
  event.experiments ??= []
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
const createModule = (nodeRequire: (name: string) => unknown) => {
  const require = createRequire(nodeRequire)
  const module: { exports: Exports } = { exports: {} }
  let wrapper: ModuleWrapper | undefined
  let isSpoiled: (() => boolean) | undefined
  return {
    set: (given: ModuleWrapper): void => {
      wrapper = given
    },
    load: (): Exports => {
      if (!isSpoiled && wrapper) wrapper.call(module.exports, module.exports, require, module)
      isSpoiled ??= watchPrototypes()
      return module.exports
    },
    isSpoiled: () => isSpoiled?.() ?? true,
  }
}

/** Runs the handler that a call names; what it throws, of any type, is how the call ends. */
const perform = async (
  load: () => Exports,
  head: CallHead,
  event: Event,
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
    await handler(event, apiOf.get(head.trigger)?.(surroundings))
    return {}
  } catch (error) {
    return { error: describeThrown(error) }
  }
}

/** Called once per isolate by the child; nothing of it is reachable from an author's code. */
export const boot = (bridge: Bridge): Entrances => {
  harden()
  const parts: Parts = createParts({
    bridge,
    require: name => nodeRequire(name),
    format: formatLine,
    inspect: showValue,
  })
  const nodeRequire = createNodeRequire(parts)
  const current: Current = { bridge, parts, call: undefined }
  installGlobals(current)
  const module = createModule(nodeRequire)
  const settle = ({ texts, overflow }: Recorded, end: CallEnd): void => {
    if (current.call) current.call.ended = true
    current.call = undefined
    bridge.done(`{"calls":[${texts.join(',')}],"report":${stringify({ ...end, overflow })}}`, module.isSpoiled())
  }

  return {
    load: module.set,
    begin: text => {
      const [head, event]: readonly [CallHead, Event] = parse(text)
      const recorded: Recorded = { texts: [], chars: 0, overflow: false }
      current.call = startCall()
      void perform(module.load, head, toEvent(event, head), current, recorded).then(end => settle(recorded, end))
    },
    timer: id => fireTimer(current, id),
    fetched: (id, response, body) => settleFetch(current, id, response, body),
    answered: (id, isValue, value) => settleAnswer(current, id, isValue, value),
  }
}

/** What every sink promises: one suite for all, run by the test of each against its own receiver. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createEgress, type Egress, type EgressRequest, type EgressResult } from '../../base/egress.ts'
import { type EgressRules, systemResolve } from '../../base/egress-rules.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Sink, SinkPorts, StreamEvent } from './sink.ts'

/** Local receivers are in the tests what the internet is outside. */
export const LOCAL: EgressRules = { allowInsecureHttp: true, allowLocalAddresses: true }

export const STRICT: EgressRules = { allowInsecureHttp: false, allowLocalAddresses: false }

const NOW = Date.UTC(2026, 10, 20, 12)

/** Ports for a test; what is opened is closed when the test ends. */
export const toPorts = (t: TestContext, more: Partial<SinkPorts> = {}): SinkPorts => {
  const egress = createEgress(LOCAL)
  t.after(() => egress.close())
  return {
    egress,
    clock: () => NOW,
    rules: LOCAL,
    resolve: systemResolve,
    timeoutMs: 5_000,
    folder: undefined,
    ...more,
  }
}

/** A login in an experiment, with fields that tell apart the ways in which destinations name things. */
export const LOGIN: StreamEvent = {
  log_id: '90020261120115959123000000000000000000000000000000000042',
  data: {
    date: '2026-11-20T11:59:59.123Z',
    type: 's',
    description: 'Successful login',
    client_id: 'AaiyAPdpYdesoKnqjj8HJqRn4T5titww',
    client_name: 'My App',
    connection: 'Username-Password-Authentication',
    ip: '203.0.113.9',
    hostname: 'login.example.com',
    user_agent: 'Mozilla/5.0',
    user_id: 'auth0|5f7c8ec7c33c6c004bbafe82',
    user_name: 'jane@example.com',
    log_id: '90020261120115959123000000000000000000000000000000000042',
    details: {
      session_id: 'ses_1',
      device_id: 'dev_1',
      experiment: {
        experiment_id: 'exp_1',
        variation_id: 'var_1',
        is_control: false,
        allocation_strategy: 'percentage',
        assignment: 'auto',
      },
    },
  },
}

/** The event that counts a device into the experiment, before the user is known. */
export const ASSIGNMENT: StreamEvent = {
  log_id: '90020261120115958000000000000000000000000000000000000041',
  data: {
    date: '2026-11-20T11:59:58.000Z',
    type: 'experiment_assignment_succeeded',
    log_id: '90020261120115958000000000000000000000000000000000000041',
    client_id: 'AaiyAPdpYdesoKnqjj8HJqRn4T5titww',
    details: {
      device_id: 'dev_1',
      experiment: {
        experiment_id: 'exp_1',
        variation_id: 'var_1',
        is_control: false,
        allocation_strategy: 'percentage',
        assignment: 'auto',
      },
    },
  },
}

/** A machine's token: no user, no device, no experiment, and text that JSON has to escape. */
export const MACHINE: StreamEvent = {
  log_id: '90020261120120000000000000000000000000000000000000000043',
  data: { date: '2026-11-20T12:00:00.000Z', type: 'seccft', description: 'a "quoted"\nline é', client_id: 'm2m' },
}

/** Larger than any destination takes. */
export const HUGE: StreamEvent = {
  ...LOGIN,
  data: { ...LOGIN.data, details: { experiment: { experiment_id: 'exp_1' }, padding: 'x'.repeat(2_000_000) } },
}

export interface ContractSubject {
  readonly sink: Sink
  /** Settings with every field that can be set. */
  readonly settings: JsonObject
}

/** Checks that need no receiver. */
export const checkSettings = ({ sink, settings }: ContractSubject): void => {
  assert.ok(sink.schema.safeParse(settings).success, 'the full settings are valid')
  const unknown = sink.schema.safeParse({ ...settings, surprise: 1 })
  assert.ok(!unknown.success, 'settings are a closed object')
  for (const field of Object.keys(sink.secrets)) {
    assert.ok(field in sink.schema.shape, `${field} is a setting`)
    assert.ok(field in settings, `${field} is among the full settings`)
  }
  for (const [field, schema] of Object.entries(sink.schema.shape)) {
    const isOptional = (schema as { safeParse: (value: unknown) => { success: boolean } }).safeParse(undefined).success // any zod type
    const { [field]: _, ...without } = settings
    assert.equal(
      sink.schema.safeParse(without).success,
      isOptional,
      `${field} is ${isOptional ? 'optional' : 'required'}`,
    )
  }
}

/** Checks of the items that a sink makes. */
export const checkItems = (t: TestContext, { sink, settings }: ContractSubject): void => {
  const open = sink.open(settings, toPorts(t))
  for (const event of [LOGIN, ASSIGNMENT, MACHINE, HUGE]) {
    const item = open.encode(event)
    assert.deepEqual(open.encode(event), item, 'the same event gives the same bytes')
    assert.equal(item.logId, event.log_id)
    assert.equal(item.bytes, Buffer.byteLength(item.text))
    assert.ok(item.bytes <= sink.limits.maxBytes, 'one item fits into a batch')
    assert.ok(!item.text.includes('\n'), 'one item is one line')
    assert.doesNotThrow(() => JSON.parse(item.text))
  }
  assert.match(open.encode(HUGE).text, /exp_1/, 'an event that is cut keeps its experiment')
  const secrets = Object.keys(sink.secrets).map(field => JSON.stringify(settings[field]))
  for (const secret of secrets) assert.ok(!open.encode(LOGIN).text.includes(secret), 'no item holds a secret')
}

/** An egress that answers from a list and remembers what it was asked; for sinks whose address cannot be local. */
const fakeEgress = (...answers: readonly Partial<EgressResult>[]): Egress & { readonly requests: EgressRequest[] } => {
  const requests: EgressRequest[] = []
  const standard = { kind: 'response', status: 200, headers: {}, body: new Uint8Array(), truncated: false } as const
  return {
    requests,
    send: async request => {
      requests.push(request)
      return { ...standard, ...answers[requests.length - 1] } as EgressResult // an answer of the test
    },
    close: () => {},
  }
}

/** How a sink over HTTP must take each kind of answer. */
export const checkAnswers = async (t: TestContext, { sink, settings }: ContractSubject): Promise<void> => {
  const cases: readonly (readonly [answer: Partial<EgressResult>, kind: string, afterMs?: number])[] = [
    [{ status: 200 }, 'accepted'],
    [{ status: 202 }, 'accepted'],
    [{ status: 204 }, 'accepted'],
    [{ status: 301 }, 'rejected'],
    [{ status: 400 }, 'rejected'],
    [{ status: 401 }, 'rejected'],
    [{ status: 403 }, 'rejected'],
    [{ status: 404 }, 'rejected'],
    [{ status: 413 }, 'rejected'],
    [{ status: 408 }, 'retry'],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'retry', 7000],
    [{ status: 503, headers: { 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' } }, 'retry', 30_000],
    [{ status: 503, headers: { 'retry-after': 'whenever' } }, 'retry'],
    [{ status: 500 }, 'retry'],
    [{ status: 200, body: new TextEncoder().encode('{"garbage"'), truncated: true }, 'accepted'],
    [{ status: 400, body: new TextEncoder().encode('<html>') }, 'rejected'],
    [{ kind: 'failed', reason: 'the connection was refused' }, 'retry'],
    [{ kind: 'refused', reason: 'the address is not on the public internet' }, 'rejected'],
  ]
  for (const [answer, kind, afterMs] of cases) {
    const open = sink.open(settings, toPorts(t, { egress: fakeEgress(answer) }))
    const result = await open.send([open.encode(LOGIN)], new AbortController().signal)
    assert.equal(result.kind, kind, JSON.stringify(answer))
    if (result.kind === 'accepted') continue
    assert.equal(result.afterMs, afterMs, JSON.stringify(answer))
    assert.match(result.reason, /^[A-Z].*\.$/, 'a reason is a sentence')
    await open.close()
  }
}

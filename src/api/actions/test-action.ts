/** `POST /actions/actions/{id}/test`: runs the draft once with an event of the caller's. */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ActionReport, PipelineOutcome } from '../../actions/contract/contract.ts'
import { LIMITS } from '../../actions/contract/limits.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Action } from '../../model/action.ts'
import { loadAction } from '../../store/actions/action-store.ts'
import type { ActionContext } from './action-ports.ts'
import { buildContent } from './deploy-action.ts'
import { openSecrets } from './seal-secrets.ts'
import { toStoredTrigger } from './trigger.ts'

export const testRequestSchema = z
  .strictObject({
    payload: z.record(z.string(), z.unknown()).meta({
      description: 'The event, bare or as `{"event": …}`. Strings in its `secrets` stand in for stored secrets.',
    }),
  })
  .meta({ id: 'ActionTest' })

export const testAnswerSchema = z
  .strictObject({
    payload: z.strictObject({
      outcome: z.enum(['completed', 'denied', 'suspended', 'interaction_required', 'failed']),
      error: z.looseObject({ kind: z.string(), class: z.string().optional(), message: z.string() }).optional(),
      handler: z.string().optional(),
      logs: z.string(),
      logs_truncated: z.boolean(),
      effects: z.array(z.looseObject({ kind: z.string() })),
      started_at: z.iso.datetime(),
      wall_ms: z.number(),
      cpu_ms: z.number(),
    }),
  })
  .meta({ id: 'ActionTestResult' })

type TestAnswer = z.output<typeof testAnswerSchema>

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name, text]] : [],
    ),
  )

/** An event that is wrapped is told by having nothing beside it. */
const readPayload = (payload: Readonly<Record<string, unknown>>) => {
  const isWrapped = isJsonObject(payload.event) && Object.keys(payload).length === 1
  const { secrets, ...event } = isWrapped ? (payload.event as JsonObject) : (payload as JsonObject) // the body was JSON
  return { event, secrets: textsOf(secrets) }
}

/** Drafts have no version: equal programs share an id, so that a warm instance never runs what was edited away. */
const draftId = (program: string): string => `draft-${createHash('sha256').update(program).digest('hex').slice(0, 32)}`

const toError = (outcome: PipelineOutcome): TestAnswer['payload']['error'] =>
  outcome.kind === 'failed'
    ? { ...outcome.failure.error, kind: outcome.failure.kind, class: outcome.error_class }
    : undefined

const toAnswer = (outcome: PipelineOutcome, report: ActionReport | undefined, now: number): TestAnswer => {
  const error = toError(outcome)
  return {
    payload: {
      outcome: outcome.kind,
      ...(error && { error }),
      ...(report && { handler: report.handler }),
      logs: report?.logs.text ?? '',
      logs_truncated: report?.logs.truncated ?? false,
      effects: (report?.effects ?? []).map(effect => ({ ...effect })),
      started_at: new Date(report?.started_at ?? now).toISOString(),
      wall_ms: report?.wall_ms ?? 0,
      cpu_ms: report?.cpu_ms ?? 0,
    },
  }
}

/** What the draft's build says, in the form of a run that failed before it began. */
const toBuildFailure = (message: string, now: number): TestAnswer => ({
  payload: {
    outcome: 'failed',
    error: { kind: 'build', message },
    logs: '',
    logs_truncated: false,
    effects: [],
    started_at: new Date(now).toISOString(),
    wall_ms: 0,
    cpu_ms: 0,
  },
})

const ownerOf = (api: ActionContext, { id }: Action) => ({ tenantId: api.tenant.tenantId, actionId: id })

/**
 * Runs the draft alone, without applying anything of what it asks for.
 *
 * @throws `inexistent_action`, and what `buildContent` refuses
 */
export const testAction = async (
  api: ActionContext,
  id: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<TestAnswer> => {
  const action = await loadAction(api.read, id)
  const built = await buildContent(api.actions, action)
  if ('errors' in built) return toBuildFailure(built.errors.map(({ msg }) => msg).join('\n'), api.clock())
  const { event, secrets } = readPayload(payload)
  const stored = openSecrets(api.actions.secrets, ownerOf(api, action), action.secrets)
  const { outcome, actions } = await api.actions.runner.run({
    tenantId: api.tenant.tenantId,
    trigger: toStoredTrigger(action.triggerId),
    actions: [
      {
        action_id: action.id,
        name: action.name,
        version_id: draftId(built.program),
        code: built.program,
        secrets: { ...stored, ...secrets },
      },
    ],
    event,
    budgetMs: LIMITS.budgetMs,
  })
  return toAnswer(outcome, actions[0], api.clock())
}

/** `actions test FILE`: runs an Action on this machine, in the sandbox in which a server would run it. */

import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { PipelineResult } from '../../actions/contract/contract.ts'
import { LIMITS } from '../../actions/contract/limits.ts'
import { createProgramBuilder } from '../../actions/host/build/program-builder.ts'
import { createActionRunner } from '../../actions/host/runner.ts'
import { createEgress } from '../../base/egress.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'
import { createApiClient } from '../client/api-client.ts'
import { findConnection } from '../client/connection.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import type { CommandGroup } from '../terminal/command.ts'
import { readTestArguments, type TestArguments, USAGE } from './arguments.ts'
import { loadExperimentFields } from './experiment-context.ts'
import { renderReport } from './render-report.ts'
import { SAMPLE_EVENTS } from './sample-event.ts'

const ACTION_ID = 'local'

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new CliFailure(`${path} cannot be read.`)
  }
}

const readEvent = async ({ eventFile, trigger }: TestArguments): Promise<JsonObject> => {
  if (eventFile === undefined) return SAMPLE_EVENTS[trigger] ?? {}
  const event = parseJson(await readText(eventFile))
  if (!isJsonObject(event)) throw new CliFailure(`${eventFile} is not a JSON object.`)
  return event as JsonObject // parsed from JSON text
}

const experimentOf = async ({ variation }: TestArguments, environment: NodeJS.ProcessEnv): Promise<JsonObject> => {
  if (!variation) return {}
  const api = createApiClient(await findConnection({}, environment), {
    signal: AbortSignal.timeout(LIMITS.budgetMs),
    patienceMs: LIMITS.budgetMs / 2,
  })
  return loadExperimentFields(api, variation)
}

const buildProgram = async (code: string, dependencies: TestArguments['dependencies']): Promise<string> => {
  const build = createProgramBuilder({ cacheDir: join(tmpdir(), 'experiment-center-packages'), env: process.env })
  const built = await build(
    code,
    dependencies.map(([name, version]) => ({ name, version })),
  )
  if ('program' in built) return built.program
  throw new CliFailure(built.errors.map(({ msg }) => msg).join('\n'))
}

/** The `state` that the browser brings back: the one of the redirect, when it was not tampered with. */
const stateOf = ({ request }: JsonObject): string | undefined => {
  const { body, query }: Record<string, unknown> = isJsonObject(request) ? request : {}
  const states = [body, query].map(fields => (isJsonObject(fields) ? fields.state : undefined))
  return states.find(state => typeof state === 'string')
}

const runAction = async (
  { file = '', trigger, secrets, isContinued, allowsLocal }: TestArguments,
  program: string,
  event: JsonObject,
): Promise<PipelineResult> => {
  const egress = createEgress({ allowInsecureHttp: true, allowLocalAddresses: allowsLocal })
  const runner = createActionRunner({ egress })
  const redirectState = stateOf(event)
  try {
    // A server's sandbox is there when a login comes: the time is the Action's alone. A sandbox that cannot start is
    // what the run reports.
    await runner.warm().catch(() => undefined)
    return await runner.run({
      tenantId: 'local',
      trigger,
      actions: [
        {
          action_id: ACTION_ID,
          name: basename(file),
          version_id: ACTION_ID,
          code: program,
          secrets: Object.fromEntries(secrets),
        },
      ],
      event,
      budgetMs: LIMITS.budgetMs,
      ...(isContinued && { continueFrom: { action_id: ACTION_ID, at: 'continue' as const } }),
      ...(isContinued && redirectState !== undefined && { redirectState }),
    })
  } finally {
    await runner.close()
    egress.close()
  }
}

const runTest = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const given = readTestArguments(args)
  const { file = '', trigger } = given
  const event = { ...(await readEvent(given)), ...(await experimentOf(given, environment)) }
  if (given.printsEvent) {
    console.log(JSON.stringify({ experiment: null, ...event }, null, 2))
    return EXIT.ok
  }
  const code = await readText(file)
  const result = await runAction(given, await buildProgram(code, given.dependencies), event)
  console.log(
    given.isJson ? JSON.stringify(result, null, 2) : renderReport(result, { file: basename(file), code, trigger }),
  )
  return result.outcome.kind === 'failed' ? EXIT.failure : EXIT.ok
}

export const actions: CommandGroup = {
  summary: 'run an Action on this machine',
  commands: {
    test: { summary: 'run one Action, with a made-up login or a given one', help: () => USAGE, run: runTest },
  },
}

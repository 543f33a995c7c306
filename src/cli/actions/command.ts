/** `actions test FILE`: runs an Action on this machine, in the sandbox in which a server would run it. */

import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createProgramBuilder } from '../../actions/dependencies/program-builder.ts'
import { createActionRunner } from '../../actions/runner.ts'
import { isTriggerId, TRIGGERS } from '../../actions/triggers/index.ts'
import type { TriggerId } from '../../actions/triggers/trigger.ts'
import { createEgress } from '../../base/egress.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'
import { createApiClient } from '../api-client.ts'
import { CliFailure, EXIT } from '../cli-failure.ts'
import { findConnection } from '../connection.ts'
import { loadExperimentContext } from './experiment-context.ts'
import { renderReport } from './render-report.ts'
import { SAMPLE_EVENTS } from './sample-event.ts'

const USAGE = `Usage: experiment-center actions test FILE [options]

  runs an Action in the sandbox and prints what it did; exit code 1 when it fails

  --trigger TRIGGER      ${Object.keys(TRIGGERS).join(', ')} (default post-login)
  --variation VAR_ID     event.experiment as a login in this variation of a running server carries it
  --event FILE           JSON of the event (default: a sample); --variation replaces its experiment
  --dependency NAME@VERSION   an npm package that the Action requires; may be repeated
  --secret NAME=VALUE    a value of event.secrets; may be repeated
  --allow-local          lets fetch reach addresses of this machine and its network
  --json                 prints the whole result in JSON

The server of --variation is found as for the logs commands (EXPERIMENT_CENTER_URL, …, or DATA_DIR/credentials.json).`

const OPTIONS = {
  trigger: { type: 'string', default: 'post-login' },
  variation: { type: 'string' },
  event: { type: 'string' },
  dependency: { type: 'string', multiple: true },
  secret: { type: 'string', multiple: true },
  'allow-local': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const BUDGET_MS = 20_000

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new CliFailure(`${path} cannot be read.`)
  }
}

const readEvent = async (path: string | undefined, trigger: TriggerId): Promise<JsonObject> => {
  if (path === undefined) return SAMPLE_EVENTS[trigger] ?? {}
  const event = parseJson(await readText(path))
  if (!isJsonObject(event)) throw new CliFailure(`${path} is not a JSON object.`)
  return event as JsonObject // parsed from JSON text
}

/** `NAME<separator>VALUE` pairs; a name may begin with the separator, as `@scope/name@1.0.0` does. */
const pairs = (texts: readonly string[], separator: string, flag: string): (readonly [string, string])[] =>
  texts.map(text => {
    const at = separator === '@' ? text.lastIndexOf(separator) : text.indexOf(separator)
    if (at < 1)
      throw new CliFailure(`${flag} must be like NAME${separator}VALUE, not ${JSON.stringify(text)}.`, EXIT.usage)
    return [text.slice(0, at), text.slice(at + separator.length)]
  })

const buildProgram = async (code: string, dependencies: readonly (readonly [string, string])[]): Promise<string> => {
  const build = createProgramBuilder({ cacheDir: join(tmpdir(), 'experiment-center-packages'), env: process.env })
  const built = await build(
    code,
    dependencies.map(([name, version]) => ({ name, version })),
  )
  if ('program' in built) return built.program
  throw new CliFailure(built.errors.map(error => JSON.stringify(error)).join('\n'))
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new CliFailure(`${error instanceof Error ? error.message : error}\n\n${USAGE}`, EXIT.usage)
  }
}

const experimentOf = async (variation: string | undefined, environment: NodeJS.ProcessEnv): Promise<JsonObject> => {
  if (!variation) return {}
  const api = createApiClient(await findConnection({}, environment), {
    signal: AbortSignal.timeout(BUDGET_MS),
    patienceMs: BUDGET_MS / 2,
  })
  return { experiment: await loadExperimentContext(api, variation) }
}

const test = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const { values, positionals } = parse(args)
  const [file] = positionals
  if (values.help || file === undefined) {
    console.log(USAGE)
    return values.help ? EXIT.ok : EXIT.usage
  }
  const { trigger } = values
  if (!isTriggerId(trigger))
    throw new CliFailure(`There is no trigger ${JSON.stringify(trigger)}.\n\n${USAGE}`, EXIT.usage)
  const event = { ...(await readEvent(values.event, trigger)), ...(await experimentOf(values.variation, environment)) }
  const code = await buildProgram(await readText(file), pairs(values.dependency ?? [], '@', '--dependency'))
  const secrets = Object.fromEntries(pairs(values.secret ?? [], '=', '--secret'))
  const egress = createEgress({ allowInsecureHttp: true, allowLocalAddresses: values['allow-local'] })
  const runner = createActionRunner({ egress })
  try {
    const action = { action_id: 'local', name: basename(file), version_id: 'local', code, secrets }
    const result = await runner.run({ tenantId: 'local', trigger, actions: [action], event, budgetMs: BUDGET_MS })
    console.log(values.json ? JSON.stringify(result, null, 2) : renderReport(result))
    return result.outcome.kind === 'failed' ? EXIT.failure : EXIT.ok
  } finally {
    await runner.close()
    egress.close()
  }
}

/** @returns the exit code, see cli-failure.ts */
export const actions = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const [name = '', ...rest] = args
  if (name !== 'test') {
    console.error(USAGE)
    return ['--help', '-h', 'help'].includes(name) ? EXIT.ok : EXIT.usage
  }
  try {
    return await test(rest, environment)
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error
    console.error(error.message)
    return error.exitCode
  }
}

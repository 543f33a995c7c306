/** The arguments of `actions test`: read, refused and explained. */

import { parseArgs } from 'node:util'
import { isTriggerId, TRIGGERS } from '../../actions/contract/triggers/index.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'

export const USAGE = `Usage: experiment-center actions test FILE [options]

  runs an Action on this machine, in the sandbox in which a server would run it, and prints how it ended, how long it
  took, where it failed, what it wrote to the console and what it asked for; nothing of that is applied

  --trigger TRIGGER           ${Object.keys(TRIGGERS).join(', ')} (default post-login)
  --variation VAR_ID          event.experiment as a login in this variation of a running server carries it
  --event FILE                JSON of the whole event (default: a sample); --variation replaces its experiment
  --print-event               prints the event and runs nothing, for a file to edit
  --continue                  runs onContinuePostLogin, as when the browser is back from a redirect
  --dependency NAME@VERSION   an npm package that the Action requires; may be repeated
  --secret NAME=VALUE         a value of event.secrets; may be repeated
  --allow-local               lets fetch reach addresses of this machine and its network
  --json                      prints the whole result in JSON
  -h, --help                  prints this
  --version                   prints the version

Examples:

  experiment-center actions test examples/actions/experiment-claim.js
  experiment-center actions test examples/actions/experiment-claim.js --variation var_7Qr1sL6kMmWy9vBjPt4hEZ
  experiment-center actions test --print-event --trigger pre-user-registration > event.json
  experiment-center actions test examples/actions/onboarding-variant.js --trigger pre-user-registration \\
    --event event.json

Exit codes: 0 it ran to its end, also when it denies or redirects; 1 it failed, or a file, a package or the server
cannot be reached; 2 the arguments cannot be understood.

The server of --variation is found as for the logs commands (EXPERIMENT_CENTER_URL, …, or DATA_DIR/credentials.json).`

const OPTIONS = {
  trigger: { type: 'string', default: 'post-login' },
  variation: { type: 'string' },
  event: { type: 'string' },
  'print-event': { type: 'boolean', default: false },
  continue: { type: 'boolean', default: false },
  dependency: { type: 'string', multiple: true },
  secret: { type: 'string', multiple: true },
  'allow-local': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Pair = readonly [name: string, value: string]

export interface TestArguments {
  /** Undefined only where none is needed. */
  readonly file: string | undefined
  readonly trigger: TriggerId
  readonly variation: string | undefined
  readonly eventFile: string | undefined
  readonly printsEvent: boolean
  readonly isContinued: boolean
  readonly dependencies: readonly Pair[]
  readonly secrets: readonly Pair[]
  readonly allowsLocal: boolean
  readonly isJson: boolean
}

const misused = (sentence: string): CliFailure => new CliFailure(sentence, EXIT.usage)

/** The `=` or `@` between name and value; a name may begin with it, as `@scope/name@1.0.0` does. */
const pairs = (texts: readonly string[], form: string, separatorOf: (text: string) => number): readonly Pair[] =>
  texts.map(text => {
    const at = separatorOf(text)
    if (at < 1) throw misused(`${form}, not ${JSON.stringify(text)}.`)
    return [text.slice(0, at), text.slice(at + 1)]
  })

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    throw misused(`${sentence}.`)
  }
}

/** @throws CliFailure with exit code 2 for what cannot be understood */
export const readTestArguments = (args: readonly string[]): TestArguments => {
  const { values, positionals } = parse(args)
  const [file, ...others] = positionals
  const { trigger, 'print-event': printsEvent, continue: isContinued } = values
  if (!isTriggerId(trigger)) {
    throw misused(`There is no trigger ${JSON.stringify(trigger)}, only ${Object.keys(TRIGGERS).join(', ')}.`)
  }
  if (file === undefined && !printsEvent) throw misused('The file with the Action is missing.')
  if (others.length > 0) throw misused(`One Action is tested at a time, and ${others.join(' ')} would be another.`)
  if (isContinued && !TRIGGERS[trigger].continueHandler) throw misused(`${trigger} has no redirects to continue after.`)
  return {
    file,
    trigger,
    variation: values.variation,
    eventFile: values.event,
    printsEvent,
    isContinued,
    dependencies: pairs(values.dependency ?? [], '--dependency must be like NAME@VERSION', text =>
      text.lastIndexOf('@'),
    ),
    secrets: pairs(values.secret ?? [], '--secret must be like NAME=VALUE', text => text.indexOf('=')),
    allowsLocal: values['allow-local'],
    isJson: values.json,
  }
}

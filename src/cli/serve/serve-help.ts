/** What `serve --help` prints: the table of settings, shortened to what fits a terminal. Pure. */

import { flagOf, type Option, optionEntries } from '../../config/options.ts'
import { explainFlags, type Flag, HELP_FLAGS } from '../terminal/flags.ts'

const DOC_WIDTH = 72

/** Breaks a text between words. */
const wrap = (text: string): string => text.replaceAll(new RegExp(`(.{1,${DOC_WIDTH}})(?: |$)`, 'g'), '$1\n').trimEnd()

const toFlag = (option: Option): readonly [string, Flag] => {
  const [sentence = ''] = option.doc.replaceAll('`', '').split(/(?<=\.) /)
  const otherwise = option.default ?? option.otherwise?.replaceAll('`', '') ?? ''
  return [flagOf(option).slice(2), { takes: 'VALUE', doc: wrap(`${sentence} Default: ${otherwise}.`) }]
}

export const serveHelp = (): string => {
  const options = optionEntries().map(([, option]) => option)
  const flags = Object.fromEntries(options.filter(({ secret }) => !secret).map(toFlag))
  const secrets = options.filter(({ secret }) => secret).map(({ variable }) => `  ${variable}`)
  return [
    'Usage: experiment-center serve [options]',
    '',
    '  runs the server until it is stopped (Ctrl-C, SIGTERM)',
    '',
    explainFlags({ ...flags, ...HELP_FLAGS }),
    '',
    'Each option is an environment variable as well, and wins over it. Only in the environment, because every process can',
    'read arguments:',
    '',
    ...secrets,
    '',
    'Everything about them: docs/reference/configuration.md.',
    'Exit codes: 0 after a stop in good order; 1 the server cannot start, or its stop took too long; 2 the arguments',
    'cannot be understood.',
  ].join('\n')
}

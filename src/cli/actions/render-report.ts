/** What a tested Action did, for a person at a terminal. */

import type { ActionFailure, ActionReport, PipelineResult } from '../../actions/contract/contract.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { positionOf } from '../../actions/host/syntax.ts'
import { toTerminalText } from '../terminal/terminal-text.ts'
import { codeFrame } from './code-frame.ts'
import { hintFor } from './hint.ts'

export interface Tested {
  /** The name that positions are given with. */
  readonly file: string
  /** As it was written, without dependencies. */
  readonly code: string
  readonly trigger: TriggerId
}

/** What a server does when an Action of the trigger fails. */
const CONSEQUENCE: Readonly<Record<TriggerId, string>> = {
  'post-login': 'the login would end with access_denied',
  'pre-user-registration': 'the sign-up would be refused',
  'post-user-registration': 'the user would notice nothing',
}

const LONGEST = 2000

/** Lines that code has written: shown one by one, obeyed by no terminal. */
const linesOf = (text: string): readonly string[] =>
  text.split('\n').map(line => toTerminalText(line.replaceAll('\t', '  '), LONGEST))

const indent = (lines: readonly string[], by = 4): readonly string[] =>
  lines.map(line => `${' '.repeat(by)}${line}`.trimEnd())

const outcomeLine = ({ outcome }: PipelineResult, { trigger }: Tested): string => {
  switch (outcome.kind) {
    case 'failed':
      return `failed (${outcome.error_class}): ${CONSEQUENCE[trigger]}, and actions_execution_failed be logged`
    case 'denied':
      return trigger === 'post-login' ? 'denied the login' : 'denied the sign-up'
    case 'suspended':
      return outcome.resume.at === 'continue'
        ? 'sent the browser away; onContinuePostLogin would run next (try --continue)'
        : 'sent the browser to a page; the next Action would run after it'
    case 'interaction_required':
      return 'needs a browser'
    default:
      return 'completed'
  }
}

/** Calls, the innermost first; positions in the author's code name the author's file. */
const callsOf = ({ stack = '' }: ActionFailure['error'], file: string): readonly string[] =>
  linesOf(stack)
    .filter(line => /^ {4}at /.test(line))
    .map(line => line.trim().replaceAll('action.js:', `${file}:`))

const messageOf = ({ kind, error }: ActionFailure): string =>
  kind === 'error' || kind === 'syntax' ? `${error.name}: ${error.message}` : error.message

const errorLines = (failure: ActionFailure, { file, code, trigger }: Tested): readonly string[] => {
  const { line, column } = positionOf(failure.error.stack)
  const calls = callsOf(failure.error, file)
  const frame = line && column ? codeFrame(code, { line, column }) : []
  const hint = hintFor(failure, code, trigger)
  return [
    ...linesOf(messageOf(failure)),
    ...(frame.length > 0 ? ['', ...frame, ''] : []),
    ...calls,
    ...(hint ? [hint] : []),
  ]
}

const effectLines = (effects: ActionReport['effects'], hasFailed: boolean): readonly string[] => {
  if (effects.length === 0) return ['effects   none']
  const lines = effects.map(effect => toTerminalText(JSON.stringify(effect), LONGEST))
  return [hasFailed ? 'effects   asked for before it failed; none is applied' : 'effects', ...indent(lines)]
}

/** Outcome, times, error, console output and effects. */
export const renderReport = (result: PipelineResult, tested: Tested): string => {
  const [report] = result.actions
  const lines = [`outcome   ${outcomeLine(result, tested)}`]
  if (report) {
    lines.push(`handler   ${report.handler}`)
    lines.push(`time      ${report.wall_ms.toFixed(1)} ms (${report.cpu_ms.toFixed(1)} ms of processor)`)
  }
  if (result.outcome.kind === 'failed') lines.push('error', ...indent(errorLines(result.outcome.failure, tested)))
  if (report?.logs.text)
    lines.push(`console${report.logs.truncated ? '   (cut)' : ''}`, ...indent(linesOf(report.logs.text)))
  lines.push(...effectLines(report?.effects ?? [], result.outcome.kind === 'failed'))
  return lines.join('\n')
}

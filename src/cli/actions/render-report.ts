/** What a tested Action did, for a person at a terminal. */

import type { PipelineResult } from '../../actions/contract.ts'

const indent = (text: string): string => text.replaceAll(/^/gm, '    ')

const outcomeLine = ({ outcome }: PipelineResult): string => {
  if (outcome.kind === 'failed') return `failed (${outcome.error_class})`
  if (outcome.kind === 'denied') return 'denied the login'
  if (outcome.kind === 'suspended') return 'sent the browser away; onContinuePostLogin would run next'
  return outcome.kind === 'completed' ? 'completed' : 'needs a browser'
}

/** Outcome, console output, effects and times. */
export const renderReport = (result: PipelineResult): string => {
  const [report] = result.actions
  const lines = [`outcome   ${outcomeLine(result)}`]
  if (report) {
    lines.push(`handler   ${report.handler}`)
    lines.push(`time      ${report.wall_ms.toFixed(1)} ms (${report.cpu_ms.toFixed(1)} ms of processor)`)
  }
  if (result.outcome.kind === 'failed') lines.push('error', indent(JSON.stringify(result.outcome.failure, null, 2)))
  if (report?.logs.text) lines.push(`console${report.logs.truncated ? ' (cut)' : ''}`, indent(report.logs.text))
  const effects = report?.effects ?? []
  lines.push(effects.length === 0 ? 'effects   none' : 'effects')
  for (const effect of effects) lines.push(indent(JSON.stringify(effect)))
  return lines.join('\n')
}

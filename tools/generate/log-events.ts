/** Renders docs/reference/log-events.md from the table of log events. */

import type { JsonObject } from '../../src/base/json.ts'
import type { LogEventType } from '../../src/logs/events/define-events.ts'
import { ALWAYS, ANYWHERE } from '../../src/logs/events/fields.ts'
import { LOG_EVENT_TYPES } from '../../src/logs/events/index.ts'

const codes = (names: readonly string[]): string => [...new Set(names)].map(name => `\`${name}\``).join(', ')

/** Fields that an event type always has are not named again among those that it may have. */
const optionalOf = ({ required, optional }: LogEventType): readonly string[] =>
  optional.filter(path => !required.includes(path))

const block = (example: JsonObject): string => `\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`
`

const section = (entry: LogEventType): string => `## \`${entry.type}\`

${entry.doc} Category \`${entry.category}\`, description "${entry.description}".

- always: ${codes(entry.required) || 'nothing beside the fields of all events'}
- sometimes: ${codes(optionalOf(entry)) || 'nothing'}

${entry.examples.map(block).join('\n')}`

const row = (entry: LogEventType): string =>
  `| [\`${entry.type}\`](#${entry.type}) | \`${entry.category}\` | ${entry.doc.replaceAll('|', '\\|')} |`

/** The whole page, in the order of the table. */
export const logEventReference = (types: readonly LogEventType[] = LOG_EVENT_TYPES): string => `# Log events

Generated from \`src/logs/events/\`; do not edit.

Every event has ${codes(ALWAYS)}, and may have ${codes(ANYWHERE)}. \`date\` is when it happened; \`log_id\` (and \`_id\`,
the same value) orders the log: a later id was committed later. Texts that would make an event larger than 32 KB, or
4 KB where any stranger can bring it about, are cut and end in \`… (cut)\`.

| type | category | when |
| --- | --- | --- |
${types.map(row).join('\n')}

${types.map(section).join('\n')}`

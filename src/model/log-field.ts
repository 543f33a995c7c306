/** The searchable fields of the tenant log: one table for the grammar, the SQL, the indexes and the documentation. */

export interface LogFieldDefinition {
  /** `date` takes days and instants, `boolean` takes true and false, `text` is compared whole, by code points. */
  readonly kind: 'text' | 'date' | 'boolean'
  /** Where the value is in the log document. */
  readonly path: readonly string[]
  /** A term without a field name is compared with these. */
  readonly isBare?: true
  /** A term without a field name in the old `search` parameter is the beginning of one of these. */
  readonly isLegacyBare?: true
  readonly doc: string
}

export const LOG_FIELDS = {
  log_id: { kind: 'text', path: ['log_id'], isBare: true, doc: 'Id of the event; ids sort by time.' },
  date: { kind: 'date', path: ['date'], doc: 'When it happened: a year, month, day, or instant in UTC.' },
  type: { kind: 'text', path: ['type'], isBare: true, doc: 'Code of the event type, such as `s` or `fp`.' },
  description: { kind: 'text', path: ['description'], isBare: true, doc: 'One sentence about the event.' },
  connection: {
    kind: 'text',
    path: ['connection'],
    isBare: true,
    isLegacyBare: true,
    doc: 'Name of the connection.',
  },
  connection_id: { kind: 'text', path: ['connection_id'], doc: 'Id of the connection.' },
  client_id: { kind: 'text', path: ['client_id'], doc: 'Id of the application.' },
  client_name: {
    kind: 'text',
    path: ['client_name'],
    isBare: true,
    isLegacyBare: true,
    doc: 'Name of the application.',
  },
  ip: { kind: 'text', path: ['ip'], isBare: true, doc: 'Address from which the request came.' },
  hostname: { kind: 'text', path: ['hostname'], doc: 'Host name that was asked.' },
  user_id: { kind: 'text', path: ['user_id'], doc: 'Id of the user.' },
  user_name: {
    kind: 'text',
    path: ['user_name'],
    isBare: true,
    isLegacyBare: true,
    doc: 'Name that the user logs in with, usually the e-mail address.',
  },
  user_agent: { kind: 'text', path: ['user_agent'], doc: 'User agent of the browser or program.' },
  strategy: { kind: 'text', path: ['strategy'], doc: 'Strategy of the connection, such as `auth0`.' },
  strategy_type: { kind: 'text', path: ['strategy_type'], doc: 'Type of the strategy, such as `database`.' },
  organization_id: { kind: 'text', path: ['organization_id'], doc: 'Id of the organization.' },
  organization_name: { kind: 'text', path: ['organization_name'], doc: 'Name of the organization.' },
  agent_id: { kind: 'text', path: ['agent_id'], doc: 'Id of the agent that acted for the user.' },
  'references.correlation_id': {
    kind: 'text',
    path: ['references', 'correlation_id'],
    doc: 'Correlation id that the caller gave.',
  },
  'details.session_id': { kind: 'text', path: ['details', 'session_id'], doc: 'Id of the browser session.' },
  'details.transaction_id': {
    kind: 'text',
    path: ['details', 'transaction_id'],
    doc: 'Id of the login transaction; joins the events of one login.',
  },
  'details.device_id': {
    kind: 'text',
    path: ['details', 'device_id'],
    doc: 'Keyed hash of the device cookie; joins the events of one device.',
  },
  'details.experiment.experiment_id': {
    kind: 'text',
    path: ['details', 'experiment', 'experiment_id'],
    doc: 'Experiment that was in force.',
  },
  'details.experiment.variation_id': {
    kind: 'text',
    path: ['details', 'experiment', 'variation_id'],
    doc: 'Variation that the subject was assigned to.',
  },
  'details.experiment.is_control': {
    kind: 'boolean',
    path: ['details', 'experiment', 'is_control'],
    doc: 'Whether the variation is the control.',
  },
  'details.experiment.segment_id': {
    kind: 'text',
    path: ['details', 'experiment', 'segment_id'],
    doc: 'Segment that decided, in an experiment by segments.',
  },
  'details.experiment.allocation_strategy': {
    kind: 'text',
    path: ['details', 'experiment', 'allocation_strategy'],
    doc: '`percentage` or `segment`.',
  },
  'details.experiment.assignment': {
    kind: 'text',
    path: ['details', 'experiment', 'assignment'],
    doc: '`auto`, `explicit` or `forced`: the server chose the variation, or the request named the experiment or the outcome.',
  },
} as const satisfies Record<string, LogFieldDefinition>

export type LogFieldName = keyof typeof LOG_FIELDS

/** Every name, in the order of the table. */
export const LOG_FIELD_NAMES = Object.keys(LOG_FIELDS) as readonly LogFieldName[] // Object.keys forgets them

/** True for the name of a searchable field. */
export const isLogFieldName = (name: string): name is LogFieldName => Object.hasOwn(LOG_FIELDS, name)

/** The definition of a field, with its optional marks. */
export const logField = (name: LogFieldName): LogFieldDefinition => LOG_FIELDS[name]

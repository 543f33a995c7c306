/**
 * The closed registry of failures that a caller can see: one code, one status, one sentence of
 * documentation. `docs/reference/errors.md` is generated from it; a test closes it in both directions.
 */

import { CodedError, type CodedErrorOptions } from '../base/coded-error.ts'

interface ErrorDefinition {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 414 | 415 | 429 | 500 | 503
  readonly doc: string
}

export const ERROR_CODES = {
  // requests that cannot be read
  invalid_body: { status: 400, doc: 'The body does not fit the schema; the message names the path of the key.' },
  invalid_query_string: { status: 400, doc: 'A query parameter is unknown, malformed or out of range.' },
  query_too_slow: { status: 400, doc: 'A search took longer than five seconds; narrow it.' },
  query_too_long: { status: 414, doc: 'A search query has more than 2,048 characters.' },
  invalid_uri: { status: 400, doc: 'A path parameter is malformed.' },
  invalid_cursor: { status: 400, doc: 'The value of `from` was not handed out by this list.' },
  payload_too_large: { status: 413, doc: 'The body is larger than 1 MB.' },
  unsupported_media_type: { status: 415, doc: 'The body is neither JSON nor, where accepted, a form.' },

  // who is asking
  invalid_token: { status: 401, doc: 'The bearer token is missing, malformed, expired, or not for this API.' },
  invalid_dpop_proof: {
    status: 401,
    doc: 'The token is bound to a key, and no good proof of it was sent; or it is not bound, and one was sent.',
  },
  insufficient_scope: { status: 403, doc: 'The token lacks the scope that the message names.' },

  // things that are not there
  inexistent_route: { status: 404, doc: 'No operation has this method and path.' },
  inexistent_experiment: { status: 404, doc: 'No experiment has this id.' },
  inexistent_feature_flag: { status: 404, doc: 'No feature flag has this id.' },
  inexistent_variation: { status: 404, doc: 'The feature flag has no variation with this id.' },
  inexistent_segment: { status: 404, doc: 'No segment has this id.' },
  inexistent_log: { status: 404, doc: 'No log event has this id.' },
  inexistent_log_stream: { status: 404, doc: 'No log stream has this id.' },
  inexistent_action: { status: 404, doc: 'No Action has this id.' },
  inexistent_action_version: { status: 404, doc: 'The Action has no version with this id.' },
  inexistent_user: { status: 404, doc: 'No user has this id.' },
  inexistent_authentication_method: { status: 404, doc: 'The user has no authentication method with this id.' },
  inexistent_connection: { status: 404, doc: 'No connection has this id.' },
  inexistent_action_execution: { status: 404, doc: 'No execution of the last ten days has this id.' },

  // names and references
  experiment_exists: { status: 409, doc: 'Another experiment has this name.' },
  feature_flag_exists: { status: 409, doc: 'Another feature flag has this name.' },
  variation_exists: { status: 409, doc: 'Another variation of the flag has this name.' },
  segment_exists: { status: 409, doc: 'Another segment has this name.' },
  action_exists: { status: 409, doc: 'Another Action has this name.' },
  feature_flag_in_use: { status: 409, doc: 'A non-archived experiment references the flag.' },
  variation_in_use: { status: 409, doc: 'A non-archived experiment allocates the variation.' },
  segment_in_use: { status: 409, doc: 'A non-archived experiment allocates by the segment.' },

  // feature flags and variations
  feature_flag_not_modifiable: { status: 403, doc: 'The flag is managed by the product and cannot be changed.' },
  segment_not_modifiable: { status: 403, doc: 'The segment is managed by the product and cannot be changed.' },
  feature_flag_archived: {
    status: 400,
    doc: 'An archived feature flag cannot be changed or used in a new experiment.',
  },
  feature_flag_in_active_experiment: {
    status: 400,
    doc: 'A feature flag cannot be archived while its experiment is active.',
  },
  segment_in_active_experiment: {
    status: 400,
    doc: 'A segment cannot be archived while an active experiment allocates by it.',
  },
  segment_archived: { status: 400, doc: 'An archived segment cannot be changed or used in an experiment.' },
  feature_flag_too_few_variations: { status: 400, doc: 'A feature flag needs two variations before it can be active.' },
  parameter_type_mismatch: { status: 400, doc: 'A value does not have the type that its parameter declares.' },
  parameter_value_too_large: { status: 400, doc: 'A parameter or override value is larger than 1 KB of JSON.' },
  override_unknown_parameter: { status: 400, doc: 'An override names a parameter that the flag does not have.' },
  override_equals_default: { status: 400, doc: "An override repeats the flag's default value." },
  variation_limit_exceeded: { status: 400, doc: 'A feature flag has at most 20 variations.' },
  variation_last: { status: 400, doc: 'The last variation of a feature flag cannot be deleted.' },
  invalid_status_transition: { status: 400, doc: 'The status cannot change in this way; the message lists what can.' },

  // experiments
  experiment_requires_pause: {
    status: 400,
    doc: 'Allocations change, and the configuration of a run is renewed, only while the experiment is paused.',
  },
  experiment_requires_draft: { status: 400, doc: 'The field can change only while the experiment is a draft.' },
  experiment_active: { status: 400, doc: 'An active experiment cannot be deleted; pause or complete it first.' },
  experiment_completed: {
    status: 400,
    doc: 'The allocations of a completed experiment are a record and cannot change.',
  },
  experiment_archived: { status: 400, doc: 'An archived experiment cannot be changed.' },
  experiment_active_limit_exceeded: {
    status: 400,
    doc: 'Another experiment of the tenant is active, or one whose flow excludes this one where each flow may have its own.',
  },
  experiment_flow_not_available: { status: 400, doc: 'The server does not have the flow of the experiment yet.' },
  experiment_missing_allocations: { status: 400, doc: 'The experiment has no allocation.' },
  experiment_too_many_allocations: { status: 400, doc: 'An experiment has at most 20 allocations.' },
  experiment_missing_control: { status: 400, doc: 'Not exactly one allocation is marked as control.' },
  experiment_invalid_allocation_weights: {
    status: 400,
    doc: 'The weights of a percentage experiment do not total 100.',
  },
  experiment_missing_default: {
    status: 400,
    doc: 'Not exactly one allocation of a segment experiment is the fallback.',
  },
  experiment_invalid_segment_allocation: {
    status: 400,
    doc: 'A segment allocation lacks its segment or its priority, or repeats a priority.',
  },
  experiment_invalid_ramp: { status: 400, doc: 'The ramp schedule does not fit the allocations.' },
  experiment_not_ramping: { status: 409, doc: 'The experiment has no ramp, or is not active.' },
  ramp_level_not_next: { status: 400, doc: 'The target is not the level after the current one.' },
  default_config_not_supported: { status: 400, doc: 'Only managed feature flags take `default_config`.' },
  variation_not_from_flag: { status: 400, doc: 'An allocation names a variation of another flag.' },
  allocation_unknown_segment: { status: 400, doc: 'An allocation names a segment that does not exist.' },
  allocation_duplicate_variation: { status: 400, doc: 'A percentage experiment allocates one variation twice.' },
  feature_flag_not_active: { status: 400, doc: 'The feature flag of the experiment is not active.' },

  // segments
  segment_too_large: { status: 400, doc: 'A rule is larger than 4 KB, or the segment larger than 10 KB of JSON.' },

  // Actions
  action_code_invalid: { status: 400, doc: 'The code does not compile; the message has line and column.' },
  action_handler_missing: { status: 400, doc: 'The code does not export the handler of its trigger.' },
  action_limit_exceeded: { status: 400, doc: 'A tenant has at most 100 Actions.' },
  action_secret_without_value: { status: 400, doc: 'A new secret needs a value; only a stored one can be kept.' },
  action_bound: { status: 400, doc: 'The Action is bound to its trigger; the message says what to do.' },
  action_version_not_built: { status: 400, doc: 'A version whose build failed cannot be deployed.' },
  binding_unknown_action: { status: 400, doc: 'A binding refers to an Action or a binding that does not exist.' },
  binding_wrong_trigger: { status: 400, doc: 'A binding refers to an Action of another trigger.' },
  binding_not_deployed: { status: 400, doc: 'A binding refers to an Action that is not deployed.' },
  binding_duplicate_action: { status: 400, doc: 'Two bindings of a trigger refer to the same Action.' },

  // users
  user_exists: {
    status: 409,
    doc: 'The connection has a user with this email address, or the tenant one with this id.',
  },
  user_connection_invalid: {
    status: 400,
    doc: 'There is no connection of this name, or it is not the connection of the user.',
  },
  user_email_invalid: { status: 400, doc: 'The email address is none.' },
  user_password_invalid: { status: 400, doc: 'The password cannot be used; the message says why.' },
  user_metadata_too_large: { status: 400, doc: "A user's metadata has at most 1 MB of JSON of each kind." },

  // users' authentication methods
  authentication_method_unsupported: {
    status: 400,
    doc: 'Methods of this type cannot be created or changed through the API; the message says which can.',
  },
  authentication_method_invalid: {
    status: 400,
    doc: 'A key, a secret or an id of the method cannot be used here; the message says why.',
  },
  authentication_method_exists: {
    status: 409,
    doc: 'The user has a method of this type, of which there is one, or the tenant knows the credential.',
  },
  authentication_method_limit_exceeded: { status: 409, doc: 'The user has 20 credentials of this type.' },

  // log streams
  log_stream_limit_exceeded: { status: 409, doc: 'The tenant has as many log streams as it can have.' },
  log_stream_file_taken: {
    status: 409,
    doc: 'Another stream of the tenant writes to this file, or to one of its rotations.',
  },
  log_stream_type_unsupported: {
    status: 400,
    doc: 'The type needs an arrangement between vendors; the message says what to use instead.',
  },
  log_stream_sink_mismatch: { status: 400, doc: "The sink's settings do not fit the type of the stream." },
  log_stream_address_refused: {
    status: 400,
    doc: 'The rules of this server forbid the address; the message names the field.',
  },
  invalid_start_from: { status: 400, doc: '`startFrom` is no date, or lies in the future.' },

  // the server
  too_many_requests: {
    status: 429,
    doc: 'The limit of the operation is reached; retry after the time in the headers.',
  },
  internal_error: { status: 500, doc: 'A defect of the server; its own log has the cause.' },
  service_unavailable: { status: 503, doc: 'The database cannot be reached; retry.' },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof ERROR_CODES

/** A failure from the registry. */
export class ApiError extends CodedError<ErrorCode> {}

/** Makes a failure from the registry. `message` is public and says what to do. */
export const apiError = (code: ErrorCode, message: string, options?: CodedErrorOptions): ApiError =>
  new ApiError(code, message, options)

const REASON: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The error envelope of the Management API (contract: error body of every operation). */
export interface ErrorEnvelope {
  readonly statusCode: number
  readonly error: string
  readonly message: string
  readonly errorCode: ErrorCode
  readonly errors?: readonly { readonly code: string; readonly message: string }[]
}

/** What the caller reads of a failure. */
export const toErrorEnvelope = (error: ApiError): ErrorEnvelope => {
  const { status } = ERROR_CODES[error.code]
  return {
    statusCode: status,
    error: REASON[status] ?? 'Error',
    message: error.message,
    errorCode: error.code,
    ...(error.errors ? { errors: error.errors } : {}),
  }
}

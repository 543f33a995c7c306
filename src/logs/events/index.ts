/** The table of the log events that the product writes. */

import { actionsExecutionFailed } from './actions-execution-failed.ts'
import { actionsExecutionSucceeded } from './actions-execution-succeeded.ts'
import { apiLimit } from './api-limit.ts'
import type { LogEventType } from './event-type.ts'
import { experimentAssignmentSucceeded } from './experiment-assignment-succeeded.ts'
import { f } from './f.ts'
import { feacft } from './feacft.ts'
import { feccft } from './feccft.ts'
import { ferrt } from './ferrt.ts'
import { fertft } from './fertft.ts'
import { flo } from './flo.ts'
import { fp } from './fp.ts'
import { fpar } from './fpar.ts'
import { fs } from './fs.ts'
import { fsa } from './fsa.ts'
import { fu } from './fu.ts'
import { gdAuthFailed } from './gd-auth-failed.ts'
import { gdAuthSucceed } from './gd-auth-succeed.ts'
import { gdEnrollmentComplete } from './gd-enrollment-complete.ts'
import { gdOtpRateLimitExceed } from './gd-otp-rate-limit-exceed.ts'
import { gdRecoveryFailed } from './gd-recovery-failed.ts'
import { gdRecoverySucceed } from './gd-recovery-succeed.ts'
import { gdStartAuth } from './gd-start-auth.ts'
import { gdStartEnroll } from './gd-start-enroll.ts'
import { gdUnenroll } from './gd-unenroll.ts'
import { gdWebauthnChallengeFailed } from './gd-webauthn-challenge-failed.ts'
import { gdWebauthnEnrollmentFailed } from './gd-webauthn-enrollment-failed.ts'
import { limitMu } from './limit-mu.ts'
import { limitWc } from './limit-wc.ts'
import { logEventsLeftOut } from './log-events-left-out.ts'
import { passkeyEnrollmentDeclined } from './passkey-enrollment-declined.ts'
import { s } from './s.ts'
import { sapi } from './sapi.ts'
import { seacft } from './seacft.ts'
import { seccft } from './seccft.ts'
import { sertft } from './sertft.ts'
import { slo } from './slo.ts'
import { ss } from './ss.ts'
import { ssa } from './ssa.ts'
import { w } from './w.ts'

export const LOG_EVENTS = {
  s,
  f,
  fp,
  fpar,
  fu,
  ss,
  fs,
  seacft,
  feacft,
  seccft,
  feccft,
  sertft,
  fertft,
  ferrt,
  slo,
  flo,
  ssa,
  fsa,
  limit_wc: limitWc,
  limit_mu: limitMu,
  api_limit: apiLimit,
  actions_execution_failed: actionsExecutionFailed,
  actions_execution_succeeded: actionsExecutionSucceeded,
  gd_start_auth: gdStartAuth,
  gd_auth_succeed: gdAuthSucceed,
  gd_auth_failed: gdAuthFailed,
  gd_otp_rate_limit_exceed: gdOtpRateLimitExceed,
  gd_recovery_succeed: gdRecoverySucceed,
  gd_recovery_failed: gdRecoveryFailed,
  gd_start_enroll: gdStartEnroll,
  gd_enrollment_complete: gdEnrollmentComplete,
  gd_unenroll: gdUnenroll,
  gd_webauthn_challenge_failed: gdWebauthnChallengeFailed,
  gd_webauthn_enrollment_failed: gdWebauthnEnrollmentFailed,
  passkey_enrollment_declined: passkeyEnrollmentDeclined,
  sapi,
  w,
  log_events_left_out: logEventsLeftOut,
  experiment_assignment_succeeded: experimentAssignmentSucceeded,
} as const satisfies Record<string, LogEventType>

/** A type code that the product writes. */
export type LogType = keyof typeof LOG_EVENTS

/** The entry of a type. */
export const logEventType = (type: LogType): LogEventType => LOG_EVENTS[type]

/** Every entry, in the order of the reference. */
export const LOG_EVENT_TYPES: readonly LogEventType[] = Object.values(LOG_EVENTS)

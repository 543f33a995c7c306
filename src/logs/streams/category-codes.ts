/** Which type codes the wire puts into which category, those among them that this product never writes (contract: filters). */

import type { LogCategory } from '../events/define-events.ts'

const codes = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean)

/**
 * A stream that is made for a whole tenant elsewhere names categories: it must mean here what it means there. What no
 * category claims is `other`. This product adds `log_events_left_out`, a limit like those beside it.
 */
export const CATEGORY_CODES: Readonly<Record<LogCategory, readonly string[]>> = {
  'auth.login.fail': codes('f fc fco fcoa fens fp fu'),
  'auth.login.notification': codes('w scv'),
  'auth.login.success': codes('s scoa sens'),
  'auth.logout.fail': codes('flo oidc_backchannel_logout_failed'),
  'auth.logout.success': codes('slo oidc_backchannel_logout_succeeded'),
  'auth.signup.fail': codes('fs'),
  'auth.signup.success': codes('ss'),
  'auth.silent_auth.fail': codes('fsa'),
  'auth.silent_auth.success': codes('ssa'),
  'auth.token_exchange.fail': codes('feacft feccft fede feoobft feotpft fepft fepotpft fercft ferrt fertft'),
  'auth.token_exchange.success': codes('seacft seccft sede seoobft seotpft sepft sercft sertft'),
  // The contract names none: what the API refuses is not logged there.
  'management.fail': [],
  'management.success': codes('sapi mgmt_api_read'),
  'scim.event': codes('sscim fscim'),
  'system.notification': codes(
    `acul_sdk_notice admin_update_launch api_limit coff con depnote fcpro fui limit_delegation limit_mu limit_wc
     log_events_left_out sys_os_update_end sys_os_update_start sys_update_end sys_update_start`,
  ),
  'user.fail': codes('fce fcp fcpn fcpr fcu fd fdeaz fdecc fdu fn fv fvr ss_sso_failure'),
  'user.notification': codes(
    `cs gd_enrollment_complete gd_start_enroll gd_unenroll gd_update_device_account passkey_enrollment_declined
     ss_sso_info ublkdu`,
  ),
  'user.success': codes('sce scp scpn scpr scu sdu srrt ss_sso_success sui sv svr'),
  actions: codes('actions_execution_failed actions_execution_succeeded'),
  other: [],
}

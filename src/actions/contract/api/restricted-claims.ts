/** Claim names that belong to the protocol or to the server: an Action that sets one is silently ignored. */

/** The list that Auth0 documents. */
export const RESTRICTED_CLAIMS: ReadonlySet<string> = new Set(
  `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest
  entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce
  object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag
  sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256`.split(/\s+/),
)

/** Hosts under which only Auth0 names claims. */
const RESERVED_HOSTS = /^https?:\/\/([^/?#@]*\.)?(auth0\.com|webtask\.io|webtask\.run)(?=[/:?#]|$)/i

const RESERVED_URN = /^urn:auth0(?=:|$)/i

/** True for a name that no Action may set. */
export const isRestrictedClaim = (name: string): boolean =>
  RESTRICTED_CLAIMS.has(name) || RESERVED_HOSTS.test(name) || RESERVED_URN.test(name) || name === '__proto__'

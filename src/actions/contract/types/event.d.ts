/** The events of the triggers, for authors of Actions. */

/** What customers have stored, of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: an author who reads it knows what it is
export type Stored = any

/** The experiment that the login was assigned to. */
export interface ExperimentContext {
  experiment_id: string
  variation_id: string
  /** Every parameter of the feature flag: its default, or what the variation puts in its place. */
  config: { [parameter: string]: { value: Stored } }
  /** True in the control variation. */
  is_control: boolean
  variation_name?: string
  variation_description?: string
}

/** An experiment and the flow that it belongs to. */
export interface FlowExperimentContext extends ExperimentContext {
  /** Such as `mfa_challenge`. */
  authentication_flow: string
}

export interface GeoIp {
  cityName?: string
  continentCode?: string
  countryCode?: string
  countryCode3?: string
  countryName?: string
  latitude?: number
  longitude?: number
  subdivisionCode?: string
  subdivisionName?: string
  timeZone?: string
}

export interface EventRequest {
  ip: string
  method: string
  body: { [name: string]: Stored }
  query: { [name: string]: Stored }
  geoip: GeoIp
  hostname?: string
  language?: string
  user_agent?: string
  asn?: string
}

export interface EventClient {
  client_id: string
  name: string
  metadata: { [name: string]: string }
}

export interface EventConnection {
  id: string
  name: string
  strategy: string
  metadata?: { [name: string]: string }
}

export interface EventIdentity {
  connection?: string
  isSocial?: boolean
  provider?: string
  user_id?: string
  profileData?: { [name: string]: Stored }
}

export interface EventUser {
  user_id: string
  /** ISO 8601. */
  created_at: string
  /** ISO 8601. */
  updated_at: string
  email_verified: boolean
  user_metadata: { [name: string]: Stored }
  app_metadata: { [name: string]: Stored }
  identities: EventIdentity[]
  email?: string
  name?: string
  given_name?: string
  family_name?: string
  nickname?: string
  picture?: string
  username?: string
  phone_number?: string
  phone_verified?: boolean
  last_password_reset?: string
  /** Providers that could challenge the user: `guardian`, `google-authenticator`. */
  multifactor?: string[]
  /** Second factors that the user has set up: `otp`, `webauthn-roaming`, `webauthn-platform`, `recovery-code`. */
  enrolledFactors?: { type: string; options?: { [name: string]: Stored } }[]
}

export interface AuthenticationMethod {
  /** `pwd`, `passkey`, `federated`, `sms`, `email`, `phone_number`, `mfa`, or a URL that an Action has recorded. */
  name: string
  /** ISO 8601. */
  timestamp: string
}

export interface EventAuthentication {
  methods: AuthenticationMethod[]
  riskAssessment?: {
    confidence: 'low' | 'medium' | 'high' | 'neutral'
    version: string
    assessments: { [name: string]: Stored }
    supplemental?: { [name: string]: Stored }
  }
}

export interface EventTransaction {
  /** What `api.transaction.setMetadata` has kept, in this Action and in those before it. */
  metadata: { [name: string]: string | number | boolean }
  id?: string
  acr_values?: string[]
  locale?: string
  login_hint?: string
  prompt?: string[]
  protocol?:
    | 'oidc-basic-profile'
    | 'oidc-implicit-profile'
    | 'oidc-hybrid-profile'
    | 'oauth2-refresh-token'
    | 'oauth2-password'
    | (string & {})
  redirect_uri?: string
  requested_scopes?: string[]
  requested_authorization_details?: { type: string }[]
  response_mode?: 'query' | 'fragment' | 'form_post' | 'web_message'
  response_type?: ('code' | 'token' | 'id_token')[]
  state?: string
  ui_locales?: string[]
  linking_id?: string
  correlation_id?: string
  actor?: { [name: string]: Stored }
  actor_token_type?: string
  subject_token_type?: string
}

/** Browsers, as their requests showed them. */
export interface EventDevice {
  /** Of the login with which it began. */
  initial_ip?: string
  initial_asn?: string
  initial_user_agent?: string
  /** Of the request that is being served. */
  last_ip?: string
  last_asn?: string
  last_user_agent?: string
}

export interface EventSession {
  id: string
  created_at?: string
  updated_at?: string
  authenticated_at?: string
  expires_at?: string
  idle_expires_at?: string
  last_interacted_at?: string
  user_id?: string
  clients?: { client_id: string }[]
  device?: EventDevice
  cookie?: { mode: 'persistent' | 'non-persistent' }
  metadata?: { [name: string]: string }
  session_transfer?: { [name: string]: Stored }
  actor?: { [name: string]: Stored }
}

export interface EventRefreshToken {
  id: string
  created_at: string
  client_id?: string
  session_id?: string
  user_id?: string
  expires_at?: string
  idle_expires_at?: string
  /** Of the exchange before this one; absent at the first. */
  last_exchanged_at?: string
  rotating?: boolean
  resource_servers?: { audience: string; scopes: string }[]
  device?: EventDevice
  metadata?: { [name: string]: string }
}

interface CommonEvent {
  tenant: { id: string }
  connection: EventConnection
  /** Secrets of this Action by name. */
  secrets: { [name: string]: string }
  /**
   * That of the login or the sign-up, or else of a flow that follows. Null when there is none, in a refresh, and before a
   * registration when the experiment assigns users: there is no user yet.
   */
  experiment: ExperimentContext | null
  /** Every experiment that is in force, of flows that may follow too; of this server. */
  experiments: FlowExperimentContext[]
  custom_domain?: { domain: string; domain_metadata: { [name: string]: string } }
  security_context?: { ja3?: string; ja4?: string }
}

/** What `onExecutePostLogin` and `onContinuePostLogin` are given. */
export interface PostLoginEvent extends CommonEvent {
  request: EventRequest
  client: EventClient & { refresh_token?: { policies?: { audience?: string; scope?: string[] }[] } }
  stats: { logins_count: number }
  user: EventUser
  authentication?: EventAuthentication
  authorization?: { roles: string[] }
  organization?: { id: string; name: string; display_name: string; metadata: { [name: string]: string } }
  transaction?: EventTransaction
  session?: EventSession
  refresh_token?: EventRefreshToken
  resource_server?: { identifier: string }
  prompt?: { id: string; fields?: { [name: string]: Stored }; vars?: { [name: string]: Stored } }
  session_transfer_token?: { [name: string]: Stored }
  agent?: { agent_id: string; name: string; agent_metadata: { [name: string]: Stored } }
}

/** What `onExecutePreUserRegistration` is given: a user that does not exist yet, and has no id. */
export interface PreUserRegistrationEvent extends CommonEvent {
  request: Omit<EventRequest, 'query' | 'asn'>
  user: Partial<
    Pick<
      EventUser,
      | 'email'
      | 'username'
      | 'phone_number'
      | 'name'
      | 'given_name'
      | 'family_name'
      | 'nickname'
      | 'picture'
      | 'user_metadata'
      | 'app_metadata'
    >
  >
  client?: EventClient
  transaction?: Omit<EventTransaction, 'metadata'>
}

/** What `onExecutePostUserRegistration` is given. */
export interface PostUserRegistrationEvent extends CommonEvent {
  request?: Omit<EventRequest, 'query' | 'asn' | 'body'>
  user: EventUser
  transaction?: Omit<EventTransaction, 'metadata'>
  authentication?: EventAuthentication
}

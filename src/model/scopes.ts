/** The scopes of the Management API: what a token may do. One table; the seeded client gets every entry. */

export const SCOPES = {
  'read:experimentation': 'Read feature flags, variations, segments and experiments.',
  'create:experimentation': 'Create feature flags, variations, segments and experiments.',
  'update:experimentation': 'Change them, their status and the ramp of an experiment.',
  'delete:experimentation': 'Delete feature flags, variations, segments and experiments.',

  'read:logs': 'Read the tenant log.',
  'read:logs_users': "Read one user's events in the tenant log.",
  'read:log_streams': 'Read log streams.',
  'create:log_streams': 'Create log streams.',
  'update:log_streams': 'Change and pause log streams.',
  'delete:log_streams': 'Delete log streams.',
  'read:stats': 'Read counts of logins and sign-ups.',

  'read:actions': 'Read Actions, their versions, bindings and executions.',
  'create:actions': 'Create Actions.',
  'update:actions': 'Change, deploy and bind Actions.',
  'delete:actions': 'Delete Actions.',

  'read:users': 'Read users.',
  'create:users': 'Create users.',
  'update:users': 'Change users.',
  'delete:users': 'Delete users.',
  'read:users_app_metadata': 'Read `app_metadata` of users.',
  'create:users_app_metadata': 'Set `app_metadata` of new users.',
  'update:users_app_metadata': 'Change `app_metadata` of users.',
  'delete:users_app_metadata': 'Remove `app_metadata` of users.',
  'read:authentication_methods': 'Read the passkeys and second factors of users.',
  'create:authentication_methods': 'Add passkeys and second factors to users.',
  'update:authentication_methods': 'Change the passkeys and second factors of users.',
  'delete:authentication_methods': 'Remove passkeys and second factors from users.',
  'read:sessions': 'Read the sessions of users.',
  'update:sessions': 'Change the sessions of users.',
  'delete:sessions': 'End the sessions of users.',
  'read:refresh_tokens': 'Read which refresh tokens users have.',
  'delete:refresh_tokens': 'Revoke refresh tokens of users.',

  'read:clients': 'Read applications.',
  'create:clients': 'Create applications.',
  'update:clients': 'Change applications.',
  'delete:clients': 'Delete applications.',
  'read:client_keys': 'Read the secrets of applications.',
  'update:client_keys': 'Change the secrets of applications.',
  'read:client_grants': 'Read which applications may call which APIs.',
  'create:client_grants': 'Let an application call an API.',
  'update:client_grants': 'Change the scopes of such a permission.',
  'delete:client_grants': 'Take such a permission away.',
  'read:resource_servers': 'Read APIs.',
  'create:resource_servers': 'Create APIs.',
  'update:resource_servers': 'Change APIs.',
  'delete:resource_servers': 'Delete APIs.',
  'read:connections': 'Read connections.',
  'create:connections': 'Create connections.',
  'update:connections': 'Change connections.',
  'delete:connections': 'Delete connections.',

  'read:prompts': 'Read the settings of hosted pages.',
  'update:prompts': 'Change the settings of hosted pages.',
  'read:branding': 'Read colours, logo and page templates.',
  'update:branding': 'Change colours, logo and page templates.',
  'delete:branding': 'Delete page templates.',
  'read:guardian_factors': 'Read which second factors are on.',
  'update:guardian_factors': 'Turn second factors on and off.',
  'read:tenant_settings': 'Read the settings of the tenant.',
  'update:tenant_settings': 'Change the settings of the tenant.',
  'read:signing_keys': 'Read the public signing keys.',
  'create:signing_keys': 'Create the next signing key.',
  'update:signing_keys': 'Rotate and revoke signing keys.',
  'read:attack_protection': 'Read who is blocked after failed logins.',
  'update:attack_protection': 'Lift such blocks.',
} as const satisfies Record<string, string>

export type Scope = keyof typeof SCOPES

/** Every scope, in the order of the reference. */
// The table's keys are all of this type and `Object.keys` forgets it.
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[]

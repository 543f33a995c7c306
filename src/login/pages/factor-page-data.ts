/** What the pages of second factors and passkeys are given, beside the tenant. */

/** Whose login it is, so that a person with two accounts knows which app or key to take. */
export interface PersonPage {
  readonly account: string
  /** Where another person begins. */
  readonly start_over: string
}

interface FactorPage extends PersonPage {
  /** Where the form is sent: the page's own address. */
  readonly action: string
  readonly state: string
  readonly error: string | undefined
}

interface ChallengePage extends FactorPage {
  /** The list of the other factors; undefined when there are none. */
  readonly other_page: string | undefined
  readonly can_remember: boolean
}

/** Carries a WebAuthn ceremony. */
interface ScriptedPage {
  /** Address of the script that runs it. */
  readonly script: string
  /** JSON for the script. */
  readonly options: string
}

/** How the login page offers passkeys. */
export interface PasskeyOffer extends ScriptedPage {
  readonly button: boolean
  /** Among the suggestions of the field for the address. */
  readonly autofill: 'on' | 'off'
}

export interface FactorChoice {
  readonly label: string
  readonly hint: string
  readonly page: string
}

export interface FactorPageData {
  readonly 'mfa-otp-challenge': ChallengePage
  readonly 'mfa-otp-enrollment-qr': FactorPage & {
    readonly other_page: string | undefined
    /** The secret in groups of four, for apps that cannot see the code. */
    readonly secret: string
    readonly qr_size: number
    readonly qr_path: string
    /** What the QR code says, for an app on the same device. */
    readonly otpauth: string
  }
  readonly 'mfa-recovery-code-challenge': Omit<ChallengePage, 'can_remember'>
  readonly 'mfa-recovery-code-enrollment': FactorPage & {
    readonly recovery_code: string
    /** A `data:` address with the code in a text file. */
    readonly download: string
    /** Address of the page's own script. */
    readonly script: string
  }
  readonly 'mfa-webauthn-challenge': ChallengePage & ScriptedPage & { readonly factor: string }
  readonly 'mfa-webauthn-enrollment': FactorPage &
    ScriptedPage & { readonly factor: string; readonly other_page: string | undefined }
  readonly 'mfa-login-options': PersonPage & { readonly choices: readonly FactorChoice[] }
  readonly 'mfa-begin-enroll-options': PersonPage & { readonly choices: readonly FactorChoice[] }
  readonly 'passkey-enrollment': FactorPage & ScriptedPage
}

/** The tab's title of each page. */
export const FACTOR_PAGE_TITLES = {
  'mfa-otp-challenge': 'Enter your code',
  'mfa-otp-enrollment-qr': 'Set up an authenticator app',
  'mfa-recovery-code-challenge': 'Use your recovery code',
  'mfa-recovery-code-enrollment': 'Save your recovery code',
  'mfa-webauthn-challenge': 'Verify that it is you',
  'mfa-webauthn-enrollment': 'Set up a second factor',
  'mfa-login-options': 'Verify that it is you',
  'mfa-begin-enroll-options': 'Set up a second factor',
  'passkey-enrollment': 'Create a passkey',
} as const satisfies Record<keyof FactorPageData, string>

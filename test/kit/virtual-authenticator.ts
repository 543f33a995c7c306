/** Chromium's virtual authenticators: what a person would hold, touch or unlock, for tests in a real browser. */

import type { CDPSession, Page } from 'playwright-core'

export interface VirtualAuthenticator {
  /** Whether its owner is recognised from now on: a finger that does not match, when false. */
  setVerified(isVerified: boolean): Promise<void>
  /** How many credentials it holds. */
  countCredentials(): Promise<number>
  /** Takes it away. */
  remove(): Promise<void>
}

const KINDS = {
  /** A phone or a computer with a fingerprint reader, which keeps passkeys. */
  device: { transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  /** A key that is plugged in and touched. */
  'security-key': { transport: 'usb', hasResidentKey: false, hasUserVerification: false, isUserVerified: false },
} as const

const sessions = new WeakMap<Page, Promise<CDPSession>>()

const openSession = async (page: Page): Promise<CDPSession> => {
  const session = await page.context().newCDPSession(page)
  // Without its own dialogs, which a test could not answer.
  await session.send('WebAuthn.enable', { enableUI: false })
  return session
}

/** Gives a page's person an authenticator, which answers at once. */
export const addAuthenticator = async (page: Page, kind: keyof typeof KINDS): Promise<VirtualAuthenticator> => {
  const opened = sessions.get(page) ?? openSession(page)
  sessions.set(page, opened)
  const session = await opened
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', automaticPresenceSimulation: true, ...KINDS[kind] },
  })
  return {
    setVerified: async isUserVerified => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    countCredentials: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    remove: async () => {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}

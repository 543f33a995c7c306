/** A real browser for tests, where there is one. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The executable: `CHROMIUM`, or where systems usually have it. */
const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find(path => path !== '' && existsSync(path))

/** Why tests that need a browser are skipped; false when they are not. */
export const noChromium: string | false = executablePath
  ? false
  : 'no Chromium: install one (apt-get install chromium) or name its path in CHROMIUM'

/** Without its sandbox, which root may not use; it visits nothing but servers of the test. */
const options = { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] }

export const launchChromium = (): Promise<Browser> => chromium.launch(options)

/** Cookies of other sites are allowed, as Chrome ships; Debian's Chromium blocks them. */
const PREFERENCES = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } }

/**
 * A browser as people have it, with a profile that is deleted in the end: in private windows, which other tests use,
 * Chromium sends no cookies from frames of other sites.
 *
 * @param args more of Chromium's switches
 */
export const launchProfile = async (
  args: readonly string[],
): Promise<{ readonly context: BrowserContext } & AsyncDisposable> => {
  const profile = mkdtempSync(join(tmpdir(), 'experiment-center-profile-'))
  mkdirSync(join(profile, 'Default'))
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(PREFERENCES))
  const context = await chromium.launchPersistentContext(profile, { ...options, args: [...options.args, ...args] })
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

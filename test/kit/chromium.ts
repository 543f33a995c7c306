/** A real browser for tests, where there is one. */

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The executable: `CHROMIUM`, or where systems usually have it. */
const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find(path => path !== '' && existsSync(path))

/** Why tests that need a browser are skipped; false when they are not. */
export const noChromium: string | false = executablePath
  ? false
  : 'no Chromium: install one (apt-get install chromium) or name its path in CHROMIUM'

/** Without its sandbox, which root may not use; it visits nothing but servers of the test. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] })

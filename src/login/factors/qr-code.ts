/** QR codes as the outline of their dark modules, for an SVG inside the page: no image has to be loaded. */

import { encode } from 'uqr'

export interface QrCode {
  /** Modules on each side, the quiet zone included: the `viewBox`. */
  readonly size: number
  /** Data of one SVG path: letters, digits and spaces only. */
  readonly path: string
}

/** Modules around the code, which readers need (ISO/IEC 18004 section 5.3.8). */
const QUIET_ZONE = 4

export const toQrCode = (text: string): QrCode => {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const modules = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size, path: modules.join('') }
}

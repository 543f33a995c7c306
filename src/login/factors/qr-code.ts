/** QR codes as strokes through their dark modules, for an SVG inside the page: no image has to be loaded. */

import { encode } from 'uqr'

export interface QrCode {
  /** Modules on each side, the quiet zone included: the `viewBox`. */
  readonly size: number
  /** Data of one SVG path, whose stroke is one unit wide: letters, digits, points and spaces only. */
  readonly path: string
}

/** Modules around the code, which readers need (ISO/IEC 18004 section 5.3.8). */
const QUIET_ZONE = 4

/** A line through the dark modules of a row, lifted over the light ones: the shortest way to write them. */
const rowPath = (row: readonly boolean[], y: number): string => {
  const line = row.map(dark => (dark ? '1' : '0')).join('')
  const runs = [...line.matchAll(/(0*)(1+)/g)]
  const strokes = runs.map(([, light = '', dark = '']) => `m${light.length} 0h${dark.length}`)
  return runs.length === 0 ? '' : `M0 ${y}.5${strokes.join('')}`
}

export const toQrCode = (text: string): QrCode => {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  return { size, path: data.map(rowPath).join('') }
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  type TrayGround,
  type TrayPictureName,
  trayPictureFiles,
  trayPictureNames,
  trayPictureSizes,
} from '../../src/main/tray-picture-files.ts'

const folder = join(import.meta.dirname, '../../build/icons/tray')
const ground = (part: Partial<TrayGround>): TrayGround => ({ platform: 'linux', dark: false, screenScale: 1, ...part })

describe('the files of a picture', () => {
  test.each([
    ['linux', false, 1, 'ready-light-22.png'],
    ['linux', true, 1, 'ready-dark-22.png'],
    ['linux', true, 1.25, 'ready-dark-32.png'],
    ['linux', false, 2, 'ready-light-44.png'],
    ['win32', false, 1, 'ready-light-16.png'],
    ['win32', true, 1.25, 'ready-dark-20.png'],
    ['win32', false, 1.5, 'ready-light-24.png'],
    ['win32', false, 3, 'ready-light-48.png'],
    ['win32', false, 9, 'ready-light-64.png'],
    ['win32', false, 0, 'ready-light-16.png'],
    ['linux', false, Number.NaN, 'ready-light-16.png'],
  ] as const)('%s, dark %s, at %s', (platform, dark, screenScale, file) => {
    expect(trayPictureFiles('ready', { platform, dark, screenScale })).toEqual([{ scaleFactor: 1, file }])
  })

  test('macOS gets a template for every density, whatever the theme is', () => {
    const files = trayPictureFiles('needs-you', ground({ platform: 'darwin', dark: true, screenScale: 2 }))
    expect(files).toEqual([
      { scaleFactor: 1, file: 'needs-you-16Template.png' },
      { scaleFactor: 2, file: 'needs-you-32Template.png' },
      { scaleFactor: 3, file: 'needs-you-48Template.png' },
    ])
  })

  test('each of them exists in the size that it names, and no other does', () => {
    const named = trayPictureNames.flatMap((name) =>
      trayPictureSizes.flatMap((size) => [`${name}-light-${size}.png`, `${name}-dark-${size}.png`, template(name, size)]),
    )
    expect(readdirSync(folder).sort()).toEqual(named.sort())
    for (const file of named) {
      const { width, height } = readPicture(file)
      expect([width, height], file).toEqual([Number(/\d+/.exec(file)?.[0]), Number(/\d+/.exec(file)?.[0])])
    }
  })
})

describe('what is drawn', () => {
  const pairs = trayPictureNames.flatMap((one, at) => trayPictureNames.slice(at + 1).map((other) => [one, other] as const))

  test.each(pairs)('%s and %s differ in their shape, without any colour', (one, other) => {
    for (const size of trayPictureSizes) {
      const a = readPicture(template(one, size)).pixels
      const b = readPicture(template(other, size)).pixels
      const differing = a.filter(([, , , alpha], at) => Math.abs(alpha - b[at]![3]) > 127).length
      expect(differing / a.length, `${size} px`).toBeGreaterThan(0.08)
    }
  })

  test.each(trayPictureNames)('the template of %s is black, and its shape is that of the coloured pictures', (name) => {
    for (const size of trayPictureSizes) {
      const { pixels } = readPicture(template(name, size))
      expect(pixels.filter(([red, green, blue]) => red + green + blue > 0)).toEqual([])
      for (const variant of ['light', 'dark']) {
        const coloured = readPicture(`${name}-${variant}-${size}.png`).pixels
        // Edges are rounded in a colour and in black apart.
        expect(Math.max(...coloured.map((pixel, at) => Math.abs(pixel[3] - pixels[at]![3])))).toBeLessThan(3)
      }
    }
  })

  // WCAG 2.1, 1.4.11: what a picture says has to stand out from its ground by 3 to 1.
  const lightPanel = [246, 245, 244] as const
  const darkPanel = [43, 43, 43] as const
  test.each(trayPictureNames)('%s stands out from its panel, and the light one from a dark panel as well', (name) => {
    const light = inkOf(`${name}-light-64.png`)
    expect(contrast(light, lightPanel)).toBeGreaterThan(3)
    expect(contrast(light, darkPanel)).toBeGreaterThan(3)
    expect(contrast(inkOf(`${name}-dark-64.png`), darkPanel)).toBeGreaterThan(7)
  })
})

function template(name: TrayPictureName, size: number): string {
  return `${name}-${size}Template.png`
}

type Colour = readonly [red: number, green: number, blue: number]

/** The colour that most of the picture's opaque pixels have. */
function inkOf(file: string): Colour {
  const counts = new Map<string, number>()
  for (const [red, green, blue, alpha] of readPicture(file).pixels) {
    if (alpha === 255) counts.set(`${red},${green},${blue}`, (counts.get(`${red},${green},${blue}`) ?? 0) + 1)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  const [red, green, blue] = most![0].split(',').map(Number)
  return [red!, green!, blue!]
}

/** WCAG 2.1, "contrast ratio" and "relative luminance". */
function contrast(one: Colour, other: Colour): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (bright! + 0.05) / (dark! + 0.05)
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

type Pixel = readonly [red: number, green: number, blue: number, alpha: number]

/** Reads a PNG of eight bits per channel with alpha, not interlaced, which is all that Chromium writes here. */
function readPicture(file: string): { readonly width: number; readonly height: number; readonly pixels: readonly Pixel[] } {
  const png = readFileSync(join(folder, file))
  expect(png.subarray(24, 29), file).toEqual(Buffer.from([8, 6, 0, 0, 0]))
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const bytes = unfiltered(inflateSync(Buffer.concat(imageData(png))), width * 4, height)
  const pixels = Array.from({ length: width * height }, (_, at): Pixel => {
    const [red, green, blue, alpha] = bytes.subarray(at * 4, at * 4 + 4)
    return [red!, green!, blue!, alpha!]
  })
  return { width, height, pixels }
}

function imageData(png: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return parts
}

/** PNG specification, section 9: each line begins with the number of its filter and holds differences from its neighbours. */
function unfiltered(raw: Buffer, stride: number, height: number): Buffer {
  const bytes = Buffer.alloc(stride * height)
  for (let at = 0; at < bytes.length; at += 1) {
    const [line, column] = [Math.floor(at / stride), at % stride]
    const left = column < 4 ? 0 : bytes[at - 4]!
    const above = line === 0 ? 0 : bytes[at - stride]!
    const corner = line === 0 || column < 4 ? 0 : bytes[at - stride - 4]!
    const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)]
    bytes[at] = raw[line * (stride + 1) + 1 + column]! + guesses[raw[line * (stride + 1)]!]!
  }
  return bytes
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(guess - value))
  if (toLeft! <= toAbove! && toLeft! <= toCorner!) return left
  return toAbove! <= toCorner! ? above : corner
}

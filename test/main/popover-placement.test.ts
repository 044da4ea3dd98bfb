import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placePopover } from '../../src/main/popover-placement.ts'

const size = { width: 360, height: 300 }

test('a popover hangs below a panel at the top', () => {
  const workArea = { x: 0, y: 28, width: 1920, height: 1052 }
  expect(placePopover({ anchor: { x: 1500, y: 14 }, workArea, size })).toEqual({ x: 1320, y: 36, ...size })
})

test('a popover stands above a panel at the bottom and keeps its distance to the edge', () => {
  const workArea = { x: 0, y: 0, width: 1920, height: 1050 }
  expect(placePopover({ anchor: { x: 1900, y: 1065 }, workArea, size })).toEqual({ x: 1552, y: 742, ...size })
})

test('a second screen to the left has coordinates below zero', () => {
  const workArea = { x: -1280, y: -200, width: 1280, height: 1024 }
  expect(placePopover({ anchor: { x: -1275, y: -195 }, workArea, size })).toEqual({ x: -1272, y: -187, ...size })
})

test('whatever the screen, the popover is inside the work area, in whole pixels', () => {
  const whole = fc.integer({ min: -4000, max: 4000 })
  const point = fc.record({
    x: fc.double({ min: -5000, max: 5000, noNaN: true }),
    y: fc.double({ min: -5000, max: 5000, noNaN: true }),
  })
  const area = fc.record({
    x: whole,
    y: whole,
    width: fc.integer({ min: 100, max: 5000 }),
    height: fc.integer({ min: 100, max: 4000 }),
  })
  const wanted = fc.record({ width: fc.integer({ min: 1, max: 900 }), height: fc.double({ min: 1, max: 2000, noNaN: true }) })
  fc.assert(
    fc.property(point, area, wanted, (anchor, workArea, size) => {
      const placed = placePopover({ anchor, workArea, size })
      for (const value of Object.values(placed)) expect(Number.isInteger(value)).toBe(true)
      expect(placed.x).toBeGreaterThanOrEqual(workArea.x)
      expect(placed.y).toBeGreaterThanOrEqual(workArea.y)
      expect(placed.x + placed.width).toBeLessThanOrEqual(workArea.x + workArea.width)
      expect(placed.y + placed.height).toBeLessThanOrEqual(workArea.y + workArea.height)
    }),
  )
})

import type { View } from '../../src/ipc/channels.ts'
import { expectAccessible } from './support/accessible.ts'
import { looks, steps } from './support/looks.ts'
import { pageLooks } from './support/page-looks.ts'
import { view } from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

/** The popover grows with its content, up to this height; a long page is pictured as a whole. CSS pixels. */
const mostHeight = 640
const wholePage = 2_000

/** Every look: the view that the window opens with, and the step of the person that leads to it. */
const all = [
  ...Object.entries(looks).map(([name, from]) => ({ name, from, step: undefined })),
  ...Object.entries({ ...steps, ...pageLooks }).map(([name, { from, step }]) => ({ name, from, step })),
]

const inArabic = (from: View): View => ({ ...from, surroundings: { ...from.surroundings, language: 'ar', locale: 'ar' } })
const inGerman = (from: View): View => ({ ...from, surroundings: { ...from.surroundings, language: 'de', locale: 'de' } })

/** Makes the window as tall as its content wants it, as main does. */
async function growTo(tray: TestWindow, name: string): Promise<void> {
  // A card that has just come is not pressed yet, and looks like it.
  await expect(tray.page.locator('.approval [aria-busy=true]')).toHaveCount(0)
  // What the step has just shown asks for its height in the next frame.
  await tray.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  const height = (await tray.asked('window:fit')).at(-1)?.height ?? 0
  expect(height).toBeGreaterThan(80)
  await tray.page.setViewportSize({ width: 360, height: Math.min(height, name in pageLooks ? wholePage : mostHeight) })
}

/** What stands beyond the page to the left or to the right, where nobody sees it. */
function cutOff(tray: TestWindow): Promise<(string | null)[]> {
  return tray.page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, meter, h2, h3, p, label')]
      .filter((element) => !element.closest('.unseen'))
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect()
        return left < 0 || right > document.documentElement.clientWidth
      })
      .map((element) => element.textContent),
  )
}

for (const { name, from, step } of all) {
  const file = name.replaceAll(' ', '-')
  test(`${name}: looks as it should in light, dark and from right to left, and says everything to a screen reader`, async ({
    tray,
  }) => {
    await tray.open(from)
    await step?.(tray)
    await growTo(tray, name)
    await expect(tray.page).toHaveScreenshot(`${file}-light.png`)
    await expectAccessible(tray.page)
    await tray.page.emulateMedia({ colorScheme: 'dark' })
    await expect(tray.page).toHaveScreenshot(`${file}-dark.png`)
    await expectAccessible(tray.page)
    await tray.page.emulateMedia({ colorScheme: 'light' })
    await tray.show(inGerman(from))
    await expect(tray.page.locator('html')).toHaveAttribute('lang', 'de')
    expect(await cutOff(tray)).toEqual([])
    await tray.show(inArabic(from))
    await expect(tray.page.locator('html')).toHaveAttribute('dir', 'rtl')
    await growTo(tray, name)
    await expect(tray.page).toHaveScreenshot(`${file}-rtl.png`)
    expect(await cutOff(tray)).toEqual([])
    await expectAccessible(tray.page)
  })
}

/** As a popover looks at 200 %, where only half the room is left. */
test.describe('at 200 %', () => {
  test.use({ deviceScaleFactor: 4, viewport: { width: 180, height: 320 } })
  for (const { name, from, step } of all) {
    test(`${name}: shows nothing beside the page`, async ({ tray }) => {
      await tray.open(from ?? view())
      await step?.(tray)
      for (const language of [undefined, inGerman, inArabic]) {
        if (language !== undefined) await tray.show(language(from))
        expect(await cutOff(tray)).toEqual([])
        expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(180)
      }
    })
  }
})

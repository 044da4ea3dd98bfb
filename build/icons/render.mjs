// Renders the pictures of the app from their sources, with Chromium. Run `node build/icons/render.mjs` after changing a source.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'

const here = import.meta.dirname

/** Which source gives which pictures, by their width in pixels. Electron takes `@2x` on a dense screen by itself. */
const pictures = [
  ...['tray-ready', 'tray-needs-you', 'tray-offline', 'tray-signed-out', 'tray-locked'].flatMap((source) => [
    { source, file: `${source}.png`, width: 22 },
    { source, file: `${source}@2x.png`, width: 44 },
  ]),
  { source: 'app', file: 'app.png', width: 512 },
]

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
for (const { source, file, width } of pictures) {
  const svg = readFileSync(join(here, 'source', `${source}.svg`), 'utf8')
  await page.setViewportSize({ width, height: width })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${width}px;height:${width}px}</style>${svg}`)
  await page.screenshot({ path: join(here, file), omitBackground: true })
}
await browser.close()

// Renders the pictures of the app from their sources, with Chromium. Run `node build/icons/render.mjs` after changing a source.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'

const here = import.meta.dirname
const source = (name) => readFileSync(join(here, 'source', `${name}.svg`), 'utf8')

/** The side of a tray picture in pixels: 16, 22 and 24 are what desktops use, and the others the same on denser screens. */
const traySizes = [16, 20, 22, 24, 32, 44, 48, 64]

/** macOS colours a template by itself, and knows one by how the name of its file ends. */
const trayFiles = {
  light: (state, size) => `${state}-light-${size}.png`,
  dark: (state, size) => `${state}-dark-${size}.png`,
  template: (state, size) => `${state}-${size}Template.png`,
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
await renderApp()
await renderTray()
await browser.close()

async function renderApp() {
  await show(source('app'), 512)
  await picture('app.png')
}

/** Every state of the tray's source in every size, on no ground. */
async function renderTray() {
  mkdirSync(join(here, 'tray'), { recursive: true })
  for (const size of traySizes) {
    await show(source('tray'), size)
    for (const state of await page.locator('svg > g').evaluateAll((groups) => groups.map((group) => group.id))) {
      for (const [variant, fileOf] of Object.entries(trayFiles)) {
        await page.evaluate(lookAt, { state, variant })
        await picture(join('tray', fileOf(state, size)))
      }
    }
  }
}

/** Runs in the page: shows the square of one state, in the colours of one variant. */
function lookAt({ state, variant }) {
  const svg = document.querySelector('svg')
  const { e: left } = document.getElementById(state).transform.baseVal.getItem(0).matrix
  svg.setAttribute('class', variant)
  svg.setAttribute('viewBox', `${left} 0 22 22`)
}

async function show(svg, size) {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
}

async function picture(file) {
  await page.screenshot({ path: join(here, file), omitBackground: true })
}

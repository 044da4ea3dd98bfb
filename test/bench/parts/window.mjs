// How soon the window can be read, and how much of it there is to load: its page in the app, beside a page with one line of text in an app
// that does nothing else, on the same Electron.
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { _electron } from '@playwright/test'
import { electronRuntime, sandboxSwitches } from '../../support/electron-runtime.mjs'
import { cleanEnvironment } from '../children.mjs'
import { Figures } from '../figures.mjs'
import { shuffled } from '../statistics.mjs'
import { display } from '../subjects.mjs'
import { fixed, table, times } from '../tables.mjs'
import { HERE, PROJECT } from '../tools.mjs'

export class Window {
  title = 'the window'
  #workshop
  #figures = new Figures()
  #number = 0

  /** @param {import('../workshop.mjs').Workshop} workshop */
  constructor(workshop) {
    this.#workshop = workshop
  }

  /** The first start of each fills the cache of the file system, which every later one has. */
  async start() {
    if (!this.#workshop.options.app) return
    await this.#firstPaint('app')
    await this.#firstPaint('blank')
  }

  async round() {
    if (!this.#workshop.options.app) return
    for (const row of shuffled(['app', 'blank'])) this.#figures.add(row, 'paint', await this.#firstPaint(row))
  }

  /**
   * Milliseconds from the begin of the navigation to the first paint that shows something, by the page's own clock (Paint Timing); the app's
   * page asks main for its state before it draws.
   *
   * @param {'app' | 'blank'} row
   */
  async #firstPaint(row) {
    this.#number += 1
    const home = path.join(this.#workshop.folder, `window-${this.#number}`)
    fs.mkdirSync(home)
    const { executable } = await electronRuntime({ log: this.#workshop.say })
    const own = { TOKENTRAY_HOME: home, TOKENTRAY_VAULT: 'memory', TOKENTRAY_TEST: '1', TOKENTRAY_WINDOW: '1' }
    const env = { ...cleanEnvironment(), DISPLAY: await display(), ...own, BLANK_APP_DATA: home, BLANK_APP_WITH: 'window' }
    const args = [...sandboxSwitches(), row === 'app' ? PROJECT : path.join(HERE, 'blank-app')]
    const electron = await _electron.launch({ executablePath: executable, args, env })
    try {
      const page = await electron.firstWindow()
      const milliseconds = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
      return { milliseconds: await milliseconds.jsonValue() }
    } finally {
      await electron.close()
    }
  }

  report() {
    const figures = this.#figures
    const bundle = bundleSize()
    const rows = [
      ['the window of the app', 'app'],
      ['a page with one line', 'blank'],
    ]
      .filter(([, row]) => figures.has(row, 'paint'))
      .map(([title, row]) => [
        title,
        fixed(figures.median(row, 'paint', 'milliseconds'), 0),
        times(figures.ratio(row, 'blank', 'paint', 'milliseconds')),
      ])
    const words = `From the begin of the navigation to the first paint with content. What the window loads is ${fixed(bundle, 1)} kB with gzip.`
    const goals = [{ name: 'what the window loads', limit: 120, measured: bundle, unit: 'kB with gzip' }]
    if (rows.length === 0) return { tables: [], goals, reading: [] }
    return {
      tables: [`## The window\n${words}\n\n${table(['', 'first paint ms', '× one line'], rows)}`],
      goals: [
        { name: 'first paint of the window', limit: 300, measured: figures.median('app', 'paint', 'milliseconds'), unit: 'ms' },
        ...goals,
      ],
      reading: [],
    }
  }
}

/** Scripts, styles and the page itself, each compressed by itself, in kB of a thousand bytes. */
function bundleSize() {
  const folder = path.join(PROJECT, 'out/renderer')
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|js|css)$/.test(name))
  return files.reduce((sum, name) => sum + gzipSync(fs.readFileSync(path.join(folder, name))).length, 0) / 1_000
}

// Apps and daemons, twenty of them at once on one home: one of them is the owner, and the others end and say who it is.
import { type ChildProcess, spawn } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { project, SpawnedApp, spawnApp, type TestHome, testHome } from '../main/support/running-app.ts'

test.setTimeout(240_000)

/** Who answers on the socket of this home; undefined while nobody does. */
function health(home: TestHome): Promise<{ readonly pid: number; readonly host: string } | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: join(home.folder, 'agent.sock'), path: '/v1/health', timeout: 2_000 }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(body) : undefined))
    })
    asked.on('error', () => resolve(undefined))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

const spawnDaemon = (home: TestHome) =>
  new SpawnedApp(spawn(process.execPath, [`${project}/out/node/tokentray.js`, 'daemon'], { env: home.env, stdio: 'pipe' }))

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

test('of sixteen daemons and four apps that start at once, exactly one lives, and so again when it was killed', async () => {
  const home = await testHome()
  for (let round = 0; round < 2; round += 1) {
    const daemons = Array.from({ length: 16 }, () => spawnDaemon(home))
    const apps = await Promise.all(Array.from({ length: 4 }, () => spawnApp(home)))
    const all = [...daemons, ...apps]
    try {
      await expect.poll(() => all.filter(({ child }) => hasEnded(child)).length, { timeout: 90_000 }).toBe(19)
      const [owner] = all.filter(({ child }) => !hasEnded(child))
      await expect.poll(async () => (await health(home))?.pid).toBe(owner?.child.pid)
      const named = `TokenTray (${(await health(home))?.host}, pid ${owner?.child.pid}) is running already and holds ${home.folder}`
      for (const other of all.filter((one) => one !== owner)) {
        const code = await other.ended
        // Chromium itself ends an app that is about to end and no longer answers another one of this home.
        if (apps.includes(other) && other.child.signalCode === 'SIGKILL') continue
        // An app that meets another app of this home leaves everything to that one, before it asks for the home.
        if (apps.includes(other) && code === 0) expect(other.written).toContain('is running already and shows its window now')
        else expect({ code, written: other.written }).toMatchObject({ code: 9, written: expect.stringContaining(named) })
      }
    } finally {
      for (const { child } of all) child.kill('SIGKILL')
      await Promise.all(all.map(({ ended }) => ended))
    }
  }
  await home.remove()
})

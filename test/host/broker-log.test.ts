import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBrokerLog } from '../../src/host/broker-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tt-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a line says what happened, and no secret', () => {
  createBrokerLog({ folder }, 'info').warn('odd', { account: 'acme-1', access_token: 'at-1' })
  const line = JSON.parse(readFileSync(join(folder, 'tokentray.log'), 'utf8'))
  expect(line).toMatchObject({ msg: 'odd', account: 'acme-1', access_token: '[secret]' })
})

test.runIf(process.platform === 'linux')('a disk that is full keeps nobody from what he was doing', () => {
  symlinkSync('/dev/full', join(folder, 'tokentray.log'))
  const log = createBrokerLog({ folder }, 'info')
  for (let line = 0; line < 5_000; line += 1) {
    log.info('ready', { number: line })
    log.warn('odd')
  }
})

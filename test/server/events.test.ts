import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { applyChange, type BrokerSnapshot, type SnapshotChange } from '../../src/protocol/index.ts'
import { signIn, startLogin, withPracticeServer } from '../daemon/practice-login.ts'
import { type RunningDaemon, until, withDaemon } from '../daemon/running-daemon.ts'
import { readEvents } from '../daemon/socket-request.ts'

const nowhere = { TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }

/** A login that is cancelled at once: two changes, and no redirect port. Each label has a login of its own. */
async function makeChanges(daemon: RunningDaemon, label = 'one'): Promise<void> {
  const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste', label })
  await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
}

test.concurrent('a reader gets the whole snapshot first, and then every change', async () => {
  await withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
      const reader = await readEvents(daemon.socket)
      await reader.until(({ event }) => event === 'snapshot')
      await signIn(daemon)
      await reader.untilState('practice', 'active')
      await daemon.cli(['logout', 'practice'])
      const last = await daemon.status()
      await reader.until(({ data }) => (data as SnapshotChange).sequence === last.sequence)

      const [first, ...changes] = reader.events
      expect(first?.event).toBe('snapshot')
      expect(changes.map(({ event }) => event)).toEqual(changes.map(() => 'change'))
      const sequences = changes.map(({ data }) => (data as SnapshotChange).sequence)
      const start = first?.data as BrokerSnapshot
      expect(sequences).toEqual(sequences.map((_, index) => start.sequence + 1 + index))
      const followed = changes.reduce((state, { data }) => applyChange(state, data as SnapshotChange), start)
      const sorted = (snapshot: BrokerSnapshot) => ({
        ...snapshot,
        accounts: snapshot.accounts.toSorted((a, b) => a.id.localeCompare(b.id)),
      })
      expect(sorted(followed)).toEqual(sorted(last))
    }),
  )
})

test.concurrent('a reader that comes later begins with what is so then', async () => {
  await withDaemon(nowhere, async (daemon) => {
    const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
    const reader = await readEvents(daemon.socket)
    const { data } = await reader.until(({ event }) => event === 'snapshot')
    expect(data).toEqual(await daemon.status())
    expect((data as BrokerSnapshot).logins).toMatchObject([{ id }])
  })
})

test.concurrent('the end of the broker is the last event', async () => {
  await withDaemon(nowhere, async (daemon) => {
    const reader = await readEvents(daemon.socket)
    await reader.until(({ event }) => event === 'snapshot')
    expect((await daemon.stop()).code).toBe(0)
    await until('the end of the stream', () => reader.ended())
    expect(reader.events.at(-1)).toEqual({ event: 'end', data: { reason: expect.any(String) } })
  })
})

test.concurrent('a reader that never reads is cut off, and harms nobody', async () => {
  await withDaemon(nowhere, async (daemon) => {
    const attentive = await readEvents(daemon.socket)
    const sleeper = connect(daemon.socket)
    sleeper.on('error', () => {}).pause()
    sleeper.write('GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const memoryBefore = await memoryOf(daemon.pid)
    // Much more than the buffers of the system and of both processes hold, and 64 changes.
    const labels = Array.from({ length: 25 }, (_, index) => `label-${index}`)
    for (let round = 0; round < 12; round += 1) await Promise.all(labels.map((label) => makeChanges(daemon, label)))
    const last = await daemon.status()
    await attentive.until(({ data }) => (data as SnapshotChange).sequence === last.sequence)
    expect(attentive.ended()).toBe(false)

    let received = 0
    sleeper.on('data', (chunk) => {
      received += chunk.length
    })
    sleeper.resume()
    await until('the end of the sleeper', () => sleeper.closed)
    expect(received).toBeGreaterThan(0)
    expect(received).toBeLessThan(attentive.text().length / 2)
    expect((await memoryOf(daemon.pid)) - memoryBefore).toBeLessThan(64 * 1024)
    expect((await daemon.ask('/v1/health')).status).toBe(200)
  })
}, 40_000)

/** Resident memory in kB. */
async function memoryOf(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])
}

test.concurrent('a hundred readers that leave in the middle leave nothing behind', async () => {
  await withDaemon(nowhere, async (daemon) => {
    const readers = await Promise.all(Array.from({ length: 100 }, () => readEvents(daemon.socket)))
    await Promise.all(readers.map((reader) => reader.until(({ event }) => event === 'snapshot')))
    for (const reader of readers) reader.close()
    await makeChanges(daemon)
    const reader = await readEvents(daemon.socket)
    await reader.until(({ event }) => event === 'snapshot')
    await makeChanges(daemon)
    await reader.until(({ event }) => event === 'change')
    expect(daemon.said).not.toContain('"level":40')
    expect((await daemon.stop()).code).toBe(0)
  })
})

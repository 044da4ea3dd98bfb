import { describe, expect, test } from 'vitest'
import { barLine } from '../../src/cli/status-bar.ts'
import { withDaemon } from '../daemon/running-daemon.ts'
import { active, ana, codex, endedElsewhere, practice, snapshotOf } from '../renderer/support/snapshots.ts'

const shown = snapshotOf([codex(endedElsewhere, ana), practice(active)])

describe('a line', () => {
  test('for waybar has the words and the state of the tray icon', () => {
    expect(JSON.parse(barLine('waybar', shown, 'openai-codex  sign in again'))).toEqual({
      text: '1 of 2 ready · OpenAI Codex needs you',
      alt: 'needs_you',
      class: 'needs_you',
      tooltip: 'openai-codex  sign in again',
    })
  })

  test('for waybar is no markup, whatever a name or a reason holds', () => {
    const odd = snapshotOf([codex(endedElsewhere, { provider_name: '<b>&"x"\n</b>' })])
    const line = barLine('waybar', odd, '<span> & more\nand "more"')
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({
      text: expect.stringContaining('&lt;b&gt;&amp;&quot;x&quot;'),
      tooltip: '&lt;span&gt; &amp; more\nand &quot;more&quot;',
    })
  })

  test('for tmux is one line in which nothing is a command of tmux', () => {
    const odd = snapshotOf([codex(endedElsewhere, { provider_name: '#(reboot)\n#[fg=red]' })])
    expect(barLine('tmux', odd, '')).toBe('##(reboot) ##[fg=red] needs you')
  })

  test('without a broker says so', () => {
    const none = { problem: 'No TokenTray is running.' }
    expect(JSON.parse(barLine('waybar', none, none.problem))).toMatchObject({
      class: 'offline',
      tooltip: 'No TokenTray is running.',
    })
  })
})

describe('the commands', () => {
  test('a bar has a line before, while and after a broker runs, and a new one only when it changes', () =>
    withDaemon({}, async (daemon) => {
      const bar = daemon.startCli(['status', '--format', 'waybar', '--watch'])
      await bar.until('stdout', /"class":"signed_out"/)
      await daemon.stop()
      await bar.until('stdout', /"class":"offline"/)
      const alone = await daemon.cli(['status', '--format', 'tmux'])
      expect(alone).toMatchObject({ code: 0, stdout: 'The broker is not running\n', stderr: '' })
      await daemon.start()
      await bar.until('stdout', /"offline"[\s\S]*"signed_out"/)
      bar.signal('SIGTERM')
      const lines = (await bar.ended).stdout.trim().split('\n')
      expect(lines.every((line, index) => line !== lines[index - 1])).toBe(true)
      expect(await daemon.cli(['status', '--format', 'polybar'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('waybar'),
      })
    }))

  test('events are lines of JSON: the snapshot, then changes, and a snapshot again after a start of the broker', () =>
    withDaemon({}, async (daemon) => {
      const events = daemon.startCli(['events'])
      await events.until('stdout', /"event":"snapshot"/)
      await daemon.cli(['clients', 'ask', 'on'])
      await events.until('stdout', /"event":"change"/)
      await daemon.stop()
      await events.until('stderr', /it is waited for/)
      await daemon.start()
      await events.until('stdout', /"change"[\s\S]*"event":"snapshot"/)
      events.closeOutput()
      events.signal('SIGINT')
      const { stdout } = await events.ended
      for (const line of stdout.trim().split('\n'))
        expect(JSON.parse(line)).toMatchObject({ event: expect.any(String), data: {} })
    }))

  test('events without a broker end with what to do', () =>
    withDaemon({}, async (daemon) => {
      await daemon.stop()
      expect(await daemon.cli(['events'])).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('tokentray daemon'),
      })
    }))
})

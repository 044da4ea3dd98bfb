// The machine that the figures are of.
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** The machine without its name: a host name says something about its owner and nothing about the figures. */
export function describeMachine() {
  const cpus = os.cpus()
  return [
    `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores`,
    `${os.type()} ${/^\d+(\.\d+)*/.exec(os.release())?.[0] ?? ''}`,
    `Node ${process.version}`,
  ].join(' · ')
}

/** What the processor does while the benchmark does nothing: how much the figures are those of a busy machine. */
export async function othersShare() {
  const before = processorTimes()
  await sleep(300)
  const after = processorTimes()
  return (after.busy - before.busy) / (after.all - before.all)
}

function processorTimes() {
  const times = os.cpus().map((cpu) => cpu.times)
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) }
}

// The library as a program has it: packed from what the build made, and installed into a project of its own.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const project = fileURLToPath(new URL('../..', import.meta.url))

export interface Importer {
  readonly folder: string
  /** What the package contains. */
  readonly files: readonly string[]
  /** Runs a program in the project; its name says what language it is in. Rejects when it fails. */
  run(name: string, code: string, env?: Readonly<Record<string, string>>, args?: readonly string[]): Promise<string>
  /** Type-checks a program; answers the complaints of the compiler. */
  check(name: string, code: string): Promise<string>
}

export async function withInstalledLibrary(body: (importer: Importer) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tt-importer-'))
  try {
    const packed = await run('npm', ['pack', '--json', '--pack-destination', folder, join(project, 'out/client')])
    const [{ filename, files }] = JSON.parse(packed.stdout)
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--offline']
    await run('npm', ['install', ...quiet, join(folder, filename)], { cwd: folder })
    await body({
      folder,
      files: files.map(({ path }: { path: string }) => path),
      run: (name, code, env, args) => runProgram(folder, name, code, { env, args }),
      check: (name, code) => typeCheck(folder, name, code),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Running {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly args?: readonly string[] | undefined
}

async function runProgram(folder: string, name: string, code: string, { env = {}, args = [] }: Running): Promise<string> {
  await writeFile(join(folder, name), code)
  const own = { PATH: process.env.PATH ?? '', HOME: folder, ...env }
  return (await run(process.execPath, [...args, name], { cwd: folder, env: own })).stdout
}

async function typeCheck(folder: string, name: string, code: string): Promise<string> {
  await writeFile(join(folder, name), code)
  // Of the types of others, a program of Node has those of Node.
  await symlink(join(project, 'node_modules/@types'), join(folder, 'node_modules/@types')).catch(() => {})
  await symlink(join(project, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types')).catch(() => {})
  const compiler = join(project, 'node_modules/typescript/bin/tsc')
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ]
  return run(process.execPath, [compiler, ...options, '--pretty', 'false', name], { cwd: folder }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}

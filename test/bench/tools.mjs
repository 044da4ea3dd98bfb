// What has to be there before anything can be measured: the C programs, the TypeScript entries of this folder as plain JavaScript,
// and programs of other people. All that is made goes to the temporary folder of the run.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

export const HERE = path.dirname(fileURLToPath(import.meta.url))
export const PROJECT = path.resolve(HERE, '../..')

/**
 * Compiles `name`.c. Answers the program, or the reason why there is none: a person without a compiler still gets the other rows.
 *
 * @param {string} name
 * @param {string} folder
 * @param {readonly string[]} libraries
 * @returns {{ program: string } | { missing: string }}
 */
export function compile(name, folder, libraries) {
  const program = path.join(folder, name)
  const compiler = process.env.CC || 'cc'
  const { error, status, stderr } = spawnSync(
    compiler,
    ['-O2', '-Wall', '-Wextra', '-o', program, path.join(HERE, `${name}.c`), '-pthread', ...libraries.map((each) => `-l${each}`)],
    { encoding: 'utf8' },
  )
  if (error !== undefined) return { missing: `no C compiler (${compiler}: ${error.code})` }
  return status === 0 ? { program } : { missing: `${name}.c does not compile here: ${stderr.trim().split('\n')[0]}` }
}

/**
 * Bundles TypeScript entries of this folder to `folder/*.mjs`. Packages stay outside; they are found through a link, as the
 * files are not in the project.
 *
 * @param {readonly string[]} names
 * @param {string} folder
 */
export async function bundle(names, folder) {
  fs.symlinkSync(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'))
  const build = await rolldown({
    input: names.map((name) => path.join(HERE, `${name}.ts`)),
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    platform: 'node',
    logLevel: 'silent',
  })
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' })
  await build.close()
  return (name) => path.join(folder, `${name}.mjs`)
}

/** Builds `out/`, so that the figures are those of the sources beside them. */
export function buildProject() {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: PROJECT, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm run build failed')
}

/** Whether all of these programs are on the path. @param {readonly string[]} names */
export function hasCommands(names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return names.every((name) => folders.some((folder) => fs.existsSync(path.join(folder, name))))
}

/**
 * Installs Debian packages whose files are missing, when that is possible without asking anybody: as root, on a system that has
 * apt-get. Whatever is missing afterwards is left out of the measurement by those who need it.
 *
 * @param {readonly { package: string, file: string }[]} wanted
 * @param {(text: string) => void} say
 */
export function installPackages(wanted, say) {
  const missing = wanted.filter(({ file }) => !fs.existsSync(file)).map(({ package: name }) => name)
  if (missing.length === 0 || process.getuid?.() !== 0 || !hasCommands(['apt-get'])) return
  say(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () =>
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env, stdio: 'ignore' }).status
  if (install() === 0) return
  spawnSync('apt-get', ['update'], { env, stdio: 'ignore' })
  install()
}

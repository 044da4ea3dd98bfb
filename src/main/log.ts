/** One line on standard error, for whoever starts the app in a terminal. Pass words and codes only, never a payload (P1). */
export function log(line: string): void {
  process.stderr.write(`tokentray-app: ${line}\n`)
}

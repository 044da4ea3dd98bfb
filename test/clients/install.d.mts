export function installClients(options: { readonly log: (line: string) => void }): Promise<void>

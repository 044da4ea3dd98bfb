export function fakeTimeLibrary(): string | undefined

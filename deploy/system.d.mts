/** Types of system.mjs, which is plain JavaScript because it also runs before the build. */

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined

/** Finds the program or installs it. Throws an Error that says what to do. */
export function ensureProgram(name: 'redis-server' | 'chromium', say?: (line: string) => void): string

/** Redis, found or installed. */
export function ensureRedis(): string

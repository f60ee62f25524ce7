/** Types of system.mjs, which is plain JavaScript because it also runs before the build. */

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined

/** Redis, found or installed. */
export function ensureRedis(): string

/** A program of a peer that a full benchmark runs beside us, found or installed. */
export function ensureForBench(name: string): string

/** A C++ library, by a header of it, found or installed. */
export function ensureLibraryForBench(header: string): string

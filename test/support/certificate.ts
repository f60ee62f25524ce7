/** A certificate of our own for 127.0.0.1, made with openssl. */
import { spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'

/** Files of a certificate and its key. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
}

/**
 * Makes one, puts it in place as renewing programs do, by renaming; null when openssl is not on this machine.
 */
export function certify(folder: string, name: string): Certificate | null {
  const [key, cert] = [join(folder, 'new-key.pem'), join(folder, 'new-cert.pem')]
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec',
    '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2',
    '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'])
  if (made.status !== 0) return null
  const placed = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  renameSync(key, placed.keyFile)
  renameSync(cert, placed.certFile)
  return placed
}

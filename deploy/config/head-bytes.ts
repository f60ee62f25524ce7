/**
 * How long the head of a request may be that comes in pieces. uWebSockets reads it from its environment,
 * once, as it is loaded: so this is imported before anything that loads it. Who starts the process may say
 * otherwise.
 */
import { headPiecesBytesMax } from '../../gateway/limits.js'

process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= String(headPiecesBytesMax)

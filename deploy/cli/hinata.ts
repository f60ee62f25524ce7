#!/usr/bin/env node
/**
 * The command line. One file per command in commands/; this one declares them and turns failures into exit
 * codes: 0 done, 1 failed, 2 wrong usage.
 */
import '../config/head-bytes.js' // before anything that loads uWebSockets
import { Command, CommanderError } from 'commander'
import { HinataError } from '../../engine/errors/index.js'
import { loadConfig, options, type Config, type Option } from '../config/index.js'
import type { AnalystBounds } from './commands/analysts.js'
import type { BackupRequest } from './commands/backup.js'
import type { ReplayRequest } from './commands/replay.js'
import type { TiersRequest } from './commands/tiers.js'

/** Where a command is. Each is loaded when it runs: to load all takes a second of the processor. */
const load = {
  analysts: () => import('./commands/analysts.js'),
  backup: () => import('./commands/backup.js'),
  config: () => import('./commands/config.js'),
  dead: () => import('./commands/dead.js'),
  diff: () => import('./commands/diff.js'),
  doctor: () => import('./commands/doctor.js'),
  erase: () => import('./commands/erase.js'),
  export: () => import('./commands/export.js'),
  import: () => import('./commands/import.js'),
  keys: () => import('./commands/keys.js'),
  migrate: () => import('./commands/migrate.js'),
  promote: () => import('./commands/promote.js'),
  replay: () => import('./commands/replay.js'),
  report: () => import('./commands/report.js'),
  resume: () => import('./commands/resume.js'),
  savepoint: () => import('./commands/savepoint.js'),
  status: () => import('./commands/status.js'),
  tiers: () => import('./commands/tiers.js'),
  up: () => import('./commands/up.js'),
  verify: () => import('./commands/verify.js'),
  versions: () => import('./commands/versions.js'),
  clickhouse: () => Promise.all([import('../roles/role.js'), import('../roles/clickhouse-role.js')]),
  gateway: () => Promise.all([import('../roles/role.js'), import('../roles/gateway-role.js')]),
  node: () => Promise.all([import('../roles/role.js'), import('../roles/node-role.js')]),
}

const program = new Command('hinata')
  .description('Turns what a person highlights, notes and tags into a living personal system prompt.')
  .exitOverride()

command('up', 'start Redis, ClickHouse, a node and a gateway, and keep them running')
  .action((given: Given) => act(given, load.up, (it, config) => it.up(config)))
command('gateway', 'run one gateway')
  .action((given: Given) => act(given, load.gateway, ([{ runRole }, { startGatewayRole }], config) =>
    runRole('gateway', config, log => startGatewayRole(config, log))))
command('node', 'run one node')
  .action((given: Given) => act(given, load.node, ([{ runRole }, { startNodeRole }], config) =>
    runRole('node', config, log => startNodeRole(config, log))))
command('clickhouse', 'run the embedded ClickHouse')
  .action((given: Given) => act(given, load.clickhouse, ([{ runRole }, { startClickhouseRole }], config) =>
    runRole('clickhouse', config, () => startClickhouseRole(config))))
command('import', 'send record files (.jsonl, .hinata, also .gz) through the WebSocket')
  .argument('<files...>').option('--user <id>', 'whose records; without it each line names its user_id')
  .option('--url <url>', 'the gateway, instead of the one of --data-dir')
  .option('--whole', 'files of an export: with the apps that told, and what was said of components')
  .option('--readmit', 'with --whole: the person was erased here and comes back')
  .action((files: string[], given: Given) =>
    act(given, load.import, (it, config) => it.importFiles(config, files, given)))
command('erase', 'erase a person, or one of their records, with all that was derived')
  .requiredOption('--user <id>', 'whom').option('--record <id>', 'only this record')
  .option('--url <url>', 'the gateway, instead of the one of --data-dir')
  .option('--json', 'the receipt as JSON')
  .action((given: Given & { user: string, record?: string }) =>
    act(given, load.erase, (it, config) => it.erase(config, given)))
command('export', 'write all that a person told to standard output, a line each')
  .requiredOption('--user <id>', 'whose records')
  .option('--url <url>', 'the gateway, instead of the one of --data-dir')
  .action((given: Given & { user: string }) =>
    act(given, load.export, (it, config) => it.exportRecords(config, given)))
command('status', 'tell how the system is').option('--watch', 'again every second')
  .option('--json', 'as JSON')
  .option('--url <url>', 'the gateway, instead of the one of --data-dir')
  .action((given: Given) => act(given, load.status, (it, config) => it.status(config, given)))
const dead = program.command('dead').description('records that could not be processed')
command('list', 'list dead letters, the oldest first', dead).option('--json', 'one JSON object a line')
  .option('--user <id>', 'of this person').option('--code <code>', 'with this error code')
  .option('--limit <number>', 'at most so many', '50')
  .action((given: Given) => act(given, load.dead, (it, config) => it.listLetters(config, given)))
command('show', 'show one with its record and its error', dead).argument('<id>')
  .action((id: string, given: Given) => act(given, load.dead, (it, config) => it.showLetter(config, id)))
command('redrive', 'put them back into the log, in the order of their persons', dead).argument('[ids...]')
  .option('--user <id>', 'those of this person').option('--code <code>', 'those with this error code')
  .option('--all', 'all of them')
  .action((ids: string[], given: Given) =>
    act(given, load.dead, (it, config) => it.redriveLetters(config, ids, given)))
command('drop', 'give them up; their records stay in the log', dead).argument('[ids...]')
  .option('--user <id>', 'those of this person').option('--code <code>', 'those with this error code')
  .option('--all', 'all of them')
  .action((ids: string[], given: Given) =>
    act(given, load.dead, (it, config) => it.dropLetters(config, ids, given)))
command('resume', 'have a paused or stopped partition tried again at once')
  .requiredOption('--partition <number>', 'which one')
  .option('--skip', 'pass what it stands at: it becomes a dead letter')
  .action((given: Given & { partition: string }) =>
    act(given, load.resume, (it, config) => it.resume(config, given)))
command('replay', 'build another version of the pipeline beside the live one')
  .requiredOption('--as <version>', 'its name, like v2').option('--pipeline <name>', 'hinata')
  .option('--scoring <name=value...>', 'constants of the scoring that it sets otherwise')
  .option('--json', 'as JSON')
  .action((given: Given & ReplayRequest) => act(given, load.replay, (it, config) => it.replay(config, given)))
command('diff', 'compare the state of two versions').argument('<from>').argument('<to>')
  .option('--user <id>', 'only this person').option('--json', 'as JSON, a line per person')
  .action((from: string, to: string, given: Given) =>
    act(given, load.diff, (it, config) => it.diff(config, from, to, given)))
command('promote', 'make a version live').argument('<version>').option('--json', 'as JSON')
  .option('--share <percent>', 'only for the reads of a share of the persons')
  .action((version: string, given: Given & { share?: string }) =>
    act(given, load.promote, (it, config) => it.promote(config, version, given)))
command('rollback', 'make the version live that was before').argument('[version]')
  .option('--json', 'as JSON')
  .action((version: string | undefined, given: Given) =>
    act(given, load.promote, (it, config) => it.rollback(config, version, given)))
command('versions', 'list the versions, or drop one').argument('[action]', 'drop').argument('[version]')
  .option('--json', 'as JSON')
  .action((action: string | undefined, version: string | undefined, given: Given) =>
    act(given, load.versions, (it, config) => it.versions(config, action, version, given)))
command('savepoint', 'keep the state as files, or put it back').argument('<action>', 'create, list, restore')
  .argument('[name]').option('--json', 'as JSON')
  .action((action: string, name: string | undefined, given: Given) =>
    act(given, load.savepoint, (it, config) => it.savepoint(config, action, name, given)))
command('backup', 'keep the whole system as files, or put it back')
  .argument('<action>', 'create, list, verify, restore, prune').argument('[name]')
  .option('--replace', 'restore: throw away the data that is there')
  .option('--keep <number>', 'prune: how many of the newest stay, usually 7').option('--json', 'as JSON')
  .action((action: string, name: string | undefined, given: Given & BackupRequest) =>
    act(given, load.backup, (it, config) => it.backup(config, action, name, given)))
command('tiers', 'which records are cold; move what became so, bring some back; let go of what is old')
  .argument('<action>', 'list, move, warm, expire, cool, heat')
  .option('--month <month>', 'warm: those of a month like 202601')
  .option('--user <id>', 'warm: the files with records of this person; cool, heat: only this person')
  .option('--days <number>', 'cool: what is older, usually 7')
  .option('--all', 'cool: also what was looked at before; heat: everybody').option('--json', 'as JSON')
  .action((action: string, given: Given & TiersRequest) =>
    act(given, load.tiers, (it, config) => it.tiers(config, action, given)))
command('verify', 'compare log, state, outbox and rows: lost, doubled, changed; also while it runs')
  .option('--deep', 'replay the log in memory and compare every byte of the state')
  .option('--user <id>', 'replay and compare this person').option('--json', 'as JSON')
  .action((given: Given) => act(given, load.verify, (it, config) => it.verify(config, given)))
const analysts = program.command('analysts').description('who may read the embedded ClickHouse')
command('add', 'make an analyst and print the token', analysts).argument('<name>')
  .option('--seconds <number>', 'how long a query may run').option('--rows <number>', 'rows of an answer')
  .option('--memory-mib <number>', 'memory of a query')
  .option('--read-rows <number>', 'rows a query may read')
  .action((name: string, given: Given & AnalystBounds) =>
    act(given, load.analysts, (it, config) => it.addAnalyst(config, name, given)))
command('list', 'list them with their bounds', analysts).option('--json', 'one JSON object a line')
  .action((given: Given) => act(given, load.analysts, (it, config) => it.listAnalysts(config, given)))
command('remove', 'let one in no more', analysts).argument('<name>')
  .action((name: string, given: Given) =>
    act(given, load.analysts, (it, config) => it.removeAnalyst(config, name)))
command('migrate', 'bring the tables of ClickHouse up to date')
  .option('--cluster <name>', 'only print the same schema for a cluster of this name')
  .action((given: Given & { cluster?: string }) =>
    act(given, load.migrate, (it, config) => it.migrateTables(config, given)))
command('report', 'tell what a week was like, for all persons together').argument('<period>', 'weekly')
  .option('--week <day>', 'the week of this day; without it the last whole one').option('--json', 'as JSON')
  .option('--html', 'as a page with charts')
  .action((period: string, given: Given & { week?: string }) =>
    act(given, load.report, (it, config) => it.report(config, period, given)))
command('keys', 'the master keys of the encryption').argument('<action>', 'list, rotate, remove')
  .argument('[id]', 'remove: which one').option('--json', 'as JSON')
  .action((action: string, id: string | undefined, given: Given) =>
    act(given, load.keys, (it, config) => it.keys(config, action, id, given)))
command('doctor', 'check what this machine has').action((given: Given) =>
    act(given, load.doctor, (it, config) => it.doctor(config)))
command('config', 'print the effective configuration').option('--json', 'as JSON')
  .action((given: Given) => act(given, load.config, (it, config) => it.printConfig(config, given)))

/** The flags that a command was given. */
interface Given {
  readonly config?: string
  readonly url?: string
  readonly user?: string
  readonly whole?: boolean
  readonly readmit?: boolean
  readonly json?: boolean
  readonly watch?: boolean
  readonly code?: string
  readonly limit?: string
  readonly all?: boolean
  readonly skip?: boolean
  readonly deep?: boolean
}

function command(name: string, description: string, parent = program): Command {
  const declared = parent.command(name).description(description).option('--config <file>', 'a YAML file')
  for (const option of options as readonly Option[]) {
    if (option.flag) declared.option(`--${option.flag} <value>`, option.description)
  }
  return declared
}

/** Runs what a command is; only the files of that command are loaded. */
async function act<Module>(
  given: Given, load: () => Promise<Module>, action: (it: Module, config: Config) => Promise<void> | void,
): Promise<void> {
  const config = loadConfig({ ...given }, given.config)
  await action(await load(), config)
}

program.parseAsync().then(() => process.exit(), (error: unknown) => {
  if (error instanceof CommanderError) {
    process.exit(error.exitCode === 0 ? 0 : 2) // commander has said what is wrong
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof HinataError && error.kind === 'usage' ? 2 : 1)
})

export { Config, inheritedEnvironment, loadConfig, type Flags, type Origin } from './config.js'
export { options, type Option, type OptionName } from './options.js'

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { initProject } from '../api/init-project.ts';
import { preflightSubject } from '../api/preflight-subject.ts';
import { EnvironmentError, ExitCode, UsageError } from '../errors.ts';
import { DECISIONS, NONE, type Decide, type DecisionName } from '../scaffold/decisions.ts';
import { SUBJECT_FILE, TEST_FILE } from '../scaffold/project-files.ts';
import { printable } from '../report/printable.ts';
import { backendOption } from './options.ts';
import { askOnTerminal } from './questions.ts';
import { print, progress } from './terminal.ts';
import type { Finish } from './verb.ts';
import { describeCheck } from './verb-try.ts';

type Answers = Partial<Record<DecisionName, string>>;

interface InitFlags {
  migrations: string;
  yes?: true;
  force?: true;
  try: boolean;
  backend: string;
}

const VALUES: Readonly<Record<DecisionName, string>> = {
  table: '<name>',
  key: '<column>',
  progress: '<column>',
  max: '<n>',
  status: '<column>',
  completed: '<words>',
  failed: '<words>',
  generation: '<column>',
  'status-route': '<path>',
  'start-route': '<path>',
  app: '<how>',
};

export function addInit(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('init')
    .description(
      'connect the project in this folder: propose a subject from its migrations and routes, write it, try it',
    )
    .option('-y, --yes', 'accept every proposal')
    .addOption(new Option('--migrations <folder>', 'folder of the SQL files').default('supabase/migrations'));
  for (const [name, text] of Object.entries(DECISIONS)) {
    command.option(`--${name} ${VALUES[name as DecisionName]}`, `${text}${NOTES[name as DecisionName] ?? ''}`);
  }
  command
    .option('--force', 'replace the files of an earlier init')
    .option('--no-try', 'write the files only')
    .addOption(backendOption())
    .action(async (flags: InitFlags) => finish(await init(flags, answersIn(command), signal)));
}

const NOTES: Partial<Record<DecisionName, string>> = {
  status: `, or ${NONE}`,
  generation: `, or ${NONE}`,
  app: ': modules (its routes in this process) or command (its server)',
};

/** The flags are the names of the questions. */
function answersIn(command: Command): Answers {
  const values = command.opts<Record<string, string | undefined>>();
  const camel = (name: string): string => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const names = Object.keys(DECISIONS) as DecisionName[];
  return Object.fromEntries(
    names.flatMap((name) => (values[camel(name)] === undefined ? [] : [[name, values[camel(name)]]])),
  );
}

async function init(flags: InitFlags, answers: Answers, signal: AbortSignal): Promise<number> {
  const { migrations, yes: acceptsAll = false, force: overwrite = false } = flags;
  if (!acceptsAll && !process.stdin.isTTY) {
    throw new UsageError(
      'init-not-interactive',
      'standard input is not a terminal, so nothing can be asked',
      'accept the proposals with --yes',
    );
  }
  const folder = process.cwd();
  const decide = decideBy(answers, acceptsAll ? acceptProposal : askOnTerminal(signal));
  const written = await initProject({ folder, migrations, overwrite, decide, onProgress: progress });
  for (const path of written) print(`wrote ${path}`);
  if (flags.try && !(await tryOut(folder, flags.backend, signal))) return ExitCode.unknown;
  print(nextSteps(folder));
  return ExitCode.valid;
}

/** A flag is an answer; what was decided is printed, unless it was asked. */
function decideBy(answers: Answers, decideRest: Decide): Decide {
  return async (question) => {
    const given = answers[question.name];
    if (given !== undefined) return given;
    return decideRest(question);
  };
}

const acceptProposal: Decide = async ({ name, text, proposal, options }) => {
  if (proposal === undefined) {
    const known = options.length === 0 ? '' : `; there is ${options.join(', ')}`;
    throw new UsageError('init-nothing', `nothing was found for the ${text}${known}`, `give it with --${name}`);
  }
  print(`${text}: ${printable(proposal)}`);
  return proposal;
};

async function tryOut(folder: string, backend: string, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) throw new EnvironmentError('interrupted', 'the command was interrupted');
  const subject = `./${SUBJECT_FILE}`;
  const onCheck = (check: Parameters<typeof describeCheck>[0]): void => print(describeCheck(check));
  const { ok } = await preflightSubject({ subject, folder, backend, signal, onProgress: progress, onCheck });
  if (!ok) print(`\nCorrect ${SUBJECT_FILE}, then: npx ratchet try`);
  return ok;
}

function nextSteps(folder: string): string {
  const install = existsSync(join(folder, 'node_modules/vitest')) ? '' : 'npm install --save-dev vitest && ';
  return `\nNext:\n  npx ratchet run lagging-replica\n  ${install}npx vitest run ${TEST_FILE}`;
}
